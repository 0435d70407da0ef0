using Akka.Actor;

namespace ActorRlhf.Actors.Operations;

/// <summary>An actor whose <see cref="ActorGauge"/> operators see.</summary>
public abstract class ObservedActor : ReceiveActor
{
    /// <summary>Opens the gauge.</summary>
    protected ObservedActor() => Gauge = ActorGauges.Of(Context.System).Open(Self, GetType());

    /// <summary>The actor's gauge.</summary>
    protected ActorGauge Gauge { get; }

    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        Gauge.Start(base.AroundPreStart);
        Gauge.Enter(ActorState.Running);
    }

    /// <inheritdoc/>
    public override void AroundPreRestart(Exception cause, object message)
    {
        Gauge.Restart(cause);
        base.AroundPreRestart(cause, message);
    }

    /// <inheritdoc/>
    public override void AroundPostRestart(Exception cause, object message)
    {
        base.AroundPostRestart(cause, message);
        Gauge.Enter(ActorState.Running);
    }

    /// <inheritdoc/>
    public override void AroundPostStop()
    {
        Gauge.Enter(ActorState.Stopped);
        base.AroundPostStop();
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        Gauge.Received();
        return base.AroundReceive(receive, message);
    }
}
