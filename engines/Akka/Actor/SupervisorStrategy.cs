using Akka.Event;

namespace Akka.Actor;

/// <summary>What to do about a child that failed.</summary>
public enum Directive
{
    /// <summary>It goes on with the next message, its state as it is.</summary>
    Resume,

    /// <summary>It is replaced by a new instance and goes on with the next message.</summary>
    Restart,

    /// <summary>The supervisor fails in its turn.</summary>
    Escalate,

    /// <summary>It is stopped.</summary>
    Stop,
}

/// <summary>Chooses a directive by what a child threw.</summary>
public interface IDecider
{
    /// <summary>The directive.</summary>
    Directive Decide(Exception cause);
}

/// <summary>Makes deciders.</summary>
public static class Decider
{
    /// <summary>A decider from a function.</summary>
    public static LocalOnlyDecider From(Func<Exception, Directive> localOnlyDecider) => new(localOnlyDecider);
}

/// <summary>A decider that is a function.</summary>
public class LocalOnlyDecider(Func<Exception, Directive> decider) : IDecider
{
    /// <inheritdoc/>
    public Directive Decide(Exception cause) => decider(cause);
}

/// <summary>A child and how often it was restarted.</summary>
internal sealed class ChildStats(IInternalActorRef child)
{
    private int _restarts;
    private long _windowStart = -1;

    public IInternalActorRef Child => child;

    /// <summary>Whether it may be restarted once more.</summary>
    /// <param name="maximum">So often; below 0 without end.</param>
    /// <param name="window">Within so many milliseconds; 0 or less for ever.</param>
    public bool MayRestart(int maximum, int window)
    {
        if (maximum == 0) return false;
        if (window <= 0) return maximum < 0 || ++_restarts <= maximum;
        var now = Environment.TickCount64;
        if (_windowStart < 0 || now - _windowStart > window) (_windowStart, _restarts) = (now, 0);
        return ++_restarts <= (maximum < 0 ? 1 : maximum);
    }
}

/// <summary>What a supervisor does about children that fail.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Stops a child that cannot be constructed, was killed or did not handle <see cref="Terminated"/>; restarts one that failed otherwise.</summary>
    public static readonly IDecider DefaultDecider = Actor.Decider.From(static cause =>
        cause is ActorInitializationException or ActorKilledException or DeathPactException ? Directive.Stop : Directive.Restart);

    /// <summary>Each child by itself, with <see cref="DefaultDecider"/>.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    /// <summary>Stops each child that fails.</summary>
    public static readonly OneForOneStrategy StoppingStrategy = new(static _ => Directive.Stop);

    private protected SupervisorStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider, bool loggingEnabled)
    {
        MaxNumberOfRetries = maxNrOfRetries ?? -1;
        WithinTimeRangeMilliseconds = withinTimeRange is { } range ? (int)range.TotalMilliseconds : -1;
        Decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    /// <summary>Chooses the directive.</summary>
    public IDecider Decider { get; }

    /// <summary>How often a child may be restarted within the window; -1 for without end.</summary>
    internal int MaxNumberOfRetries { get; }

    /// <summary>The window in milliseconds; -1 for none.</summary>
    internal int WithinTimeRangeMilliseconds { get; }

    /// <summary>Whether failures are logged.</summary>
    protected bool LoggingEnabled { get; }

    /// <summary>Does what the decider says; false to escalate.</summary>
    internal bool HandleFailure(ActorCell cell, ChildStats failed, Exception cause, IEnumerable<ChildStats> children)
    {
        var directive = Decider.Decide(cause);
        LogFailure(cell, failed.Child, cause, directive);
        switch (directive)
        {
            case Directive.Resume:
                failed.Child.Resume(cause);
                return true;
            case Directive.Escalate:
                return false;
            default:
                Process(cell, directive == Directive.Restart, failed, cause, [.. children]);
                return true;
        }
    }

    private protected abstract void Process(ActorCell cell, bool restart, ChildStats failed, Exception cause, IReadOnlyList<ChildStats> children);

    private void LogFailure(ActorCell cell, IInternalActorRef child, Exception cause, Directive directive)
    {
        if (!LoggingEnabled || directive == Directive.Escalate) return;
        var message = cause is ActorInitializationException { InnerException: { } inner } ? inner.Message : cause.Message;
        cell.Log(directive == Directive.Resume
            ? new Warning(cause, child.Path.ToString(), GetType(), message)
            : new Error(cause, child.Path.ToString(), GetType(), message));
    }
}

/// <summary>Does to the child that failed what the decider says.</summary>
public class OneForOneStrategy : SupervisorStrategy
{
    /// <summary>Restarts a child at most so often within a time; null for without end, and null for ever.</summary>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : base(maxNrOfRetries, withinTimeRange, Actor.Decider.From(localOnlyDecider), true)
    {
    }

    /// <summary>Restarts a child at most so often within a time.</summary>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : base(maxNrOfRetries, withinTimeRange, decider, true)
    {
    }

    /// <summary>Restarts a child as often as the decider says.</summary>
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : base(null, null, Actor.Decider.From(localOnlyDecider), loggingEnabled)
    {
    }

    /// <summary>Restarts a child as often as the decider says.</summary>
    public OneForOneStrategy(IDecider decider)
        : base(null, null, decider, true)
    {
    }

    private protected override void Process(ActorCell cell, bool restart, ChildStats failed, Exception cause, IReadOnlyList<ChildStats> children)
    {
        if (restart && failed.MayRestart(MaxNumberOfRetries, WithinTimeRangeMilliseconds)) failed.Child.Restart(cause);
        else cell.Stop(failed.Child);
    }
}

/// <summary>Does to all children what the decider says about the one that failed.</summary>
public class AllForOneStrategy : SupervisorStrategy
{
    /// <inheritdoc cref="OneForOneStrategy(int?, TimeSpan?, Func{Exception, Directive})"/>
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : base(maxNrOfRetries, withinTimeRange, Actor.Decider.From(localOnlyDecider), true)
    {
    }

    /// <summary>Restarts the children as often as the decider says.</summary>
    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : base(null, null, Actor.Decider.From(localOnlyDecider), true)
    {
    }

    private protected override void Process(ActorCell cell, bool restart, ChildStats failed, Exception cause, IReadOnlyList<ChildStats> children)
    {
        // Every child has to have a restart left, as it is restarted too.
        var all = restart && children.All(stats => stats.MayRestart(MaxNumberOfRetries, WithinTimeRangeMilliseconds));
        foreach (var stats in children)
        {
            if (!all)
            {
                cell.Stop(stats.Child);
                continue;
            }

            if (stats != failed) stats.Child.Suspend(); // the one that failed is
            stats.Child.Restart(cause);
        }
    }
}
