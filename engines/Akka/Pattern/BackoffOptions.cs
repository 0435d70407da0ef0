using Akka.Actor;

namespace Akka.Pattern;

/// <summary>Begins the options of a <see cref="BackoffSupervisor"/>.</summary>
public static class Backoff
{
    /// <summary>Options of a supervisor whose child is made again when it has stopped.</summary>
    /// <param name="childProps">The child.</param>
    /// <param name="childName">Its name.</param>
    /// <param name="minBackoff">The shortest pause.</param>
    /// <param name="maxBackoff">The longest.</param>
    /// <param name="randomFactor">By how much of itself a pause may be longer, so that not all come back at once; 0 to 1.</param>
    /// <param name="maxNrOfRetries">How often the child is made again before the supervisor ends; -1 for without end.</param>
    public static BackoffOptions OnStop(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        new(childProps, childName, minBackoff, maxBackoff, randomFactor, maxNrOfRetries, null);
}

/// <summary>How a <see cref="BackoffSupervisor"/> keeps its child going; made by <see cref="Backoff"/>.</summary>
public sealed class BackoffOptions
{
    private readonly Props _childProps;
    private readonly string _childName;
    private readonly TimeSpan _minBackoff;
    private readonly TimeSpan _maxBackoff;
    private readonly double _randomFactor;
    private readonly int _maxNrOfRetries;
    private readonly Func<object, bool>? _isFinalStopMessage;

    internal BackoffOptions(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries,
        Func<object, bool>? isFinalStopMessage)
    {
        (_childProps, _childName, _minBackoff, _maxBackoff) = (childProps, childName, minBackoff, maxBackoff);
        (_randomFactor, _maxNrOfRetries, _isFinalStopMessage) = (randomFactor, maxNrOfRetries, isFinalStopMessage);
    }

    internal Props Props => _randomFactor is < 0 or > 1
        ? throw new ArgumentException($"the random factor is {_randomFactor}; it must be between 0 and 1")
        : BackoffSupervisor.Props(
            _childProps, _childName, _minBackoff, _maxBackoff, _randomFactor,
            new OneForOneStrategy(_maxNrOfRetries, null, SupervisorStrategy.DefaultDecider), _isFinalStopMessage);

    /// <summary>
    /// The same, with messages after which the child is not made again: when it stops after it has been sent one, so does the supervisor, and at once where there is no child.
    /// </summary>
    /// <param name="isFinalStopMessage">Says of each message whether it is one.</param>
    public BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage) =>
        new(_childProps, _childName, _minBackoff, _maxBackoff, _randomFactor, _maxNrOfRetries, isFinalStopMessage);
}
