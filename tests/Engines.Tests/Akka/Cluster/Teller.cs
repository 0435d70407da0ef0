using System.Diagnostics;
using System.Globalization;
using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>
/// Gives every account its commands 1, 2, 3 … in order and at a steady rate, no more than a window ahead of what is acknowledged, and in the end asks it
/// how far it has counted. A command on its way to a process that is killed, or to a shard that moves, is lost: when an account has not answered for a
/// while, the first command that is not acknowledged is sent again, alone and through another process, until there is an answer.
/// </summary>
internal sealed class Teller : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Plan _plan;
    private readonly State[] _states;
    private readonly long _began = Stopwatch.GetTimestamp();
    private ICanTell[] _fronts;
    private long _acknowledged;
    private long _again;
    private int _counted;

    /// <param name="fronts">Actors of the processes, which know where the accounts are. Others when it is sent other ones.</param>
    /// <param name="plan">What to send.</param>
    /// <param name="done">Told when every account has acknowledged every command, and says so.</param>
    public Teller(ICanTell[] fronts, Plan plan, TaskCompletionSource done)
    {
        _fronts = fronts;
        _plan = plan;
        _states = [.. Enumerable.Range(0, plan.Accounts).Select(id => new State { Front = id })];
        Receive<Tick>(_ => Send());
        Receive<ICanTell[]>(others => _fronts = others);
        Receive<Report>(_ => Sender.Tell(ToString()));
        Receive<string>(answer =>
        {
            var words = answer.Split(' ');
            var state = _states[Number(words[0])];
            (state.Heard, state.Window) = (Stopwatch.GetTimestamp(), plan.Window);
            if (words[1] == "count")
            {
                if (words[2] != $"{plan.Commands}") done.TrySetException(new InvalidDataException($"{answer}; it acknowledged {plan.Commands}"));
                if (state.HasCounted) return;
                state.HasCounted = true;
                if (++_counted == plan.Accounts) done.TrySetResult();
            }
            else if (Number(words[1]) is var number && number > state.Acknowledged)
            {
                _acknowledged += number - state.Acknowledged;
                (state.Acknowledged, state.Sent) = (number, Math.Max(number, state.Sent));
            }
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TimeSpan.FromMilliseconds(20));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{_acknowledged} of {_plan.Total} commands are acknowledged after {Stopwatch.GetElapsedTime(_began).TotalSeconds:F1} s, {_counted} accounts have "
        + $"counted them all; {_again} times one did not answer; silent now: {string.Join(' ', Enumerable.Range(0, _states.Length).Where(id => _states[id].IsSilent).Take(20))}";

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private void Send()
    {
        var due = Math.Min(_plan.Commands, 1 + (int)(Stopwatch.GetElapsedTime(_began).TotalSeconds * _plan.CommandsPerSecond));
        for (var id = 0; id < _states.Length; id++)
        {
            var state = _states[id];
            if (state.HasCounted) continue;
            if (state.Sent == state.Acknowledged)
            {
                state.Heard = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(state.Heard) > Patience)
            {
                _again++;
                state.Front++;
                (state.Sent, state.Window, state.Heard) = (state.Acknowledged, 1, Stopwatch.GetTimestamp());
            }

            var front = _fronts[state.Front % _fronts.Length];
            for (var last = Math.Min(due, state.Acknowledged + state.Window); state.Sent < last;) front.Tell($"{id} {++state.Sent}", Self);
            if (state.Acknowledged < _plan.Commands || state.Sent > _plan.Commands) continue;
            state.Sent++;
            front.Tell($"{id} count", Self);
        }
    }

    /// <summary>What to send.</summary>
    /// <param name="Accounts">To how many accounts; their ids are 0, 1, 2 …</param>
    /// <param name="Commands">How many to each.</param>
    /// <param name="CommandsPerSecond">How many to each, at most, in a second.</param>
    /// <param name="Window">How many of an account may be unacknowledged at a time.</param>
    public sealed record Plan(int Accounts, int Commands, double CommandsPerSecond, int Window)
    {
        public int Total => Accounts * Commands;
    }

    /// <summary>Asks how far it is; the answer is a text.</summary>
    public sealed class Report
    {
        public static readonly Report Instance = new();
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed class State
    {
        public int Front { get; set; }

        public int Sent { get; set; }

        public int Acknowledged { get; set; }

        public bool HasCounted { get; set; }

        public int Window { get; set; } = 1;

        public long Heard { get; set; }

        public bool IsSilent => Window == 1 && !HasCounted && Sent > Acknowledged;
    }
}
