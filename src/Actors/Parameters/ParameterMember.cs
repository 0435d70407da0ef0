using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;

namespace ActorRlhf.Actors.Parameters;

/// <summary>
/// A node's part in the broadcast of parameters. It tells the boards, again and again, where its node serves and what it has, so that a message that is lost,
/// a board that is new and a learner that has moved are all made up for within a period; and it passes on what they announce.
/// </summary>
public sealed class ParameterMember : ObservedActor, IWithTimers
{
    private readonly TimeSpan _period;

    /// <summary>A member.</summary>
    /// <param name="run">The run's identity.</param>
    /// <param name="address">Where the node serves what it has: an HTTP address.</param>
    /// <param name="boards">Passes messages on to the boards of all nodes that may be the learner's, with their sender.</param>
    /// <param name="node">Hears what is announced.</param>
    /// <param name="period">How often the boards are told.</param>
    public ParameterMember(string run, string address, IActorRef boards, IParameterListener node, TimeSpan period)
    {
        _period = period;
        Receive<ParametersAvailable>(node.Hear);
        Receive<Tick>(_ =>
        {
            var peer = new ParameterPeer { Run = run, Address = address };
            if (node.Newest is { } newest) peer.Version = newest;
            boards.Tell(peer);
        });
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How to make one; the parameters are the constructor's.</summary>
    public static Props Props(string run, string address, IActorRef boards, IParameterListener node, TimeSpan period) =>
        Akka.Actor.Props.Create(() => new ParameterMember(run, address, boards, node, period));

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TimeSpan.Zero, _period);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
