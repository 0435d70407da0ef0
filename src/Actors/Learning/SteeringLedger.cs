using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Learning;

/// <summary>
/// What operators and alarms have decided about training, in the order they did: whether it is paused and why, and what applies from which batch on, so that training the journal's batches
/// again gives the same weights.
/// </summary>
public sealed class SteeringLedger
{
    private readonly List<Steering> _all = [];

    /// <summary>Whether training is paused.</summary>
    public bool IsPaused => LastStop is { Kind: SteeringKind.Paused };

    /// <summary>The first batch that waits while it is paused; null where it is not.</summary>
    public long? PausedFrom => LastStop is { Kind: SteeringKind.Paused } pause ? pause.Batch : null;

    /// <summary>The batch that the last decision to stop or to go on was about; 0 before there is one.</summary>
    public long DecidedThrough => LastStop?.Batch ?? 0;

    /// <summary>Why it is paused; empty where it is not.</summary>
    public string Reason => LastStop is { Kind: SteeringKind.Paused } pause ? pause.Reason : "";

    /// <summary>Who paused it; empty where it is not paused.</summary>
    public string PausedBy => LastStop is { Kind: SteeringKind.Paused } pause ? pause.Operator : "";

    /// <summary>What a checkpoint has to remember: later batches, and whether to go on, depend on it.</summary>
    public IEnumerable<Steering> Remembered => _all.Where(steering => IsForTrainer(steering) || steering == LastStop);

    private Steering? LastStop => _all.FindLast(steering => steering.Kind is SteeringKind.Paused or SteeringKind.Resumed);

    /// <summary>Takes a decision in.</summary>
    public void Apply(Steering steering) => _all.Add(steering);

    /// <summary>Takes in what a checkpoint remembers; it is all there was before.</summary>
    public void Restore(IEnumerable<Steering> remembered)
    {
        _all.Clear();
        _all.AddRange(remembered);
    }

    /// <summary>What the trainer has to be told before it trains on a batch.</summary>
    public IReadOnlyList<Steering> At(long batch) => [.. _all.Where(steering => steering.Batch == batch && IsForTrainer(steering))];

    /// <summary>What it has to be told of the time before a batch.</summary>
    public IReadOnlyList<Steering> Before(long batch) => [.. _all.Where(steering => steering.Batch < batch && IsForTrainer(steering))];

    private static bool IsForTrainer(Steering steering) => steering.Kind == SteeringKind.Set || steering.Accepted.Count > 0;
}
