using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;

namespace ActorRlhf.Actors.Learning;

/// <summary>
/// The learner's books: which episodes are consumed, which parts of coming batches are here, which batches have to be trained again after a crash, and
/// what each shard has been told. Batches are formed one after the other, so the consumed episodes are those below the next batch. It does nothing by itself: the caller
/// journals the events that it makes and then applies them.
/// </summary>
/// <remarks>
/// Every event carries the counters, and a batch's event its episodes, so what a journal has after <see cref="SettledThrough"/> is all that is needed beside the last
/// checkpoint or, where that cannot be read, the one before it; no state is in a snapshot.
/// </remarks>
public sealed class TrainingLedger
{
    private readonly EpisodePlan _plan;
    private readonly int _maxPolicyLag;
    private readonly RunShape _shape;
    private readonly Dictionary<long, BatchPart> _parts = []; // by first episode
    private readonly long[] _acknowledged;
    private readonly SortedDictionary<long, long> _formedEvents = []; // batch to sequence number, from the last checkpoint but one on
    private readonly Queue<BatchFormed> _untrained = new();
    private readonly LearnerCounters _counters = new();
    private long _lastCheckpointEvent;
    private long _spareVersion; // of the last checkpoint but one
    private bool _isStarted;

    /// <summary>The books of a learner that has done nothing yet.</summary>
    /// <param name="plan">Which episodes there are.</param>
    /// <param name="maxPolicyLag">How many batches after the first untrained one are worked on.</param>
    public TrainingLedger(EpisodePlan plan, int maxPolicyLag)
    {
        plan.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(maxPolicyLag);
        (_plan, _maxPolicyLag, _shape) = (plan, maxPolicyLag, plan.Shape);
        _acknowledged = new long[plan.Shards];
        Array.Fill(_acknowledged, -1);
    }

    /// <summary>Batches formed: the next one to form. The episodes before it are consumed.</summary>
    public long Formed { get; private set; }

    /// <summary>Batches that the weights in memory have learned from: the policy's version.</summary>
    public long Version { get; private set; }

    /// <summary>Batches that the last checkpoint that could be read or was written has learned from.</summary>
    public long CheckpointVersion { get; private set; }

    /// <summary>Whether everything is trained on.</summary>
    public bool IsFinished => Version == _plan.Batches;

    /// <summary>Batches that are formed and not trained on.</summary>
    public int Untrained => _untrained.Count;

    /// <summary>Episodes of coming batches that are here.</summary>
    public int InHand { get; private set; }

    /// <summary>What operators and alarms have decided.</summary>
    public SteeringLedger Steering { get; } = new();

    /// <summary>Episodes of the next batch that are here.</summary>
    public int BatchInHand => _plan.PartsOf(Formed).Where(part => _parts.ContainsKey(part.First)).Sum(part => part.Count);

    /// <summary>Episodes of the next batch; 0 where there is none.</summary>
    public int BatchSize => (int)(_plan.FirstOf(Formed + 1) - _plan.FirstOf(Formed));

    /// <summary>What has been counted.</summary>
    public LearnerCounters Counters => _counters.Clone();

    /// <summary>The last event that is not needed any more beside the last two checkpoints; 0 for none.</summary>
    public long SettledThrough =>
        Math.Max(0, Math.Min(_lastCheckpointEvent, _formedEvents.Count > 0 ? _formedEvents.First().Value : long.MaxValue) - 1);

    // Batches beyond the window are not worked on, so they cannot be complete.
    private long LastWanted => Math.Min(Version + _maxPolicyLag, _plan.Batches - 1);

    /// <summary>Takes a part of a batch, unless its episodes are consumed or here already, or it is no part of a batch that is wanted.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool Offer(BatchPart part)
    {
        var first = part.Episodes.Count > 0 ? part.Episodes[0].Episode : -1;
        if (part.Run != _plan.Run || first < 0 || first >= _plan.TotalEpisodes || !IsPart(part, first)) _counters.Foreign++;
        else if (part.Batch < Formed) _counters.Consumed++;
        else if (part.Batch > LastWanted) _counters.Foreign++;
        else if (!_parts.TryAdd(first, part)) _counters.Duplicate++;
        else
        {
            InHand += part.Episodes.Count;
            return true;
        }

        return false;
    }

    /// <summary>The next batch, to be journaled and then applied; null while it is not complete.</summary>
    public BatchFormed? Form()
    {
        if (Formed == _plan.Batches) return null;
        var parts = _plan.PartsOf(Formed).Select(part => _parts.GetValueOrDefault(part.First)).ToList();
        if (parts.Contains(null)) return null;
        var formed = new BatchFormed { Shape = _shape, Batch = Formed, PolicyVersion = Formed, Counters = Counters };
        foreach (var part in parts) formed.Episodes.AddRange(part!.Episodes);
        return formed;
    }

    /// <summary>Applies an event that has just been journaled: the batch's episodes are consumed.</summary>
    /// <exception cref="InvalidOperationException">It is not the next batch.</exception>
    public void Apply(BatchFormed formed, long sequenceNr)
    {
        if (formed.Batch != Formed) throw new InvalidOperationException($"batch {formed.Batch} was formed when {Formed} was next");
        Formed++;
        foreach (var (first, _) in _plan.PartsOf(formed.Batch))
        {
            if (_parts.Remove(first, out var part)) InHand -= part.Episodes.Count;
        }

        _formedEvents.Add(formed.Batch, sequenceNr);
        _untrained.Enqueue(formed);
    }

    /// <summary>Applies an event that has just been journaled.</summary>
    public void Apply(CheckpointWritten written, long sequenceNr)
    {
        (_spareVersion, CheckpointVersion) = (written.SpareVersion, written.Version);
        _lastCheckpointEvent = sequenceNr;
        Formed = Math.Max(Formed, CheckpointVersion);
        while (_formedEvents.Count > 0 && _formedEvents.First().Key < _spareVersion) _formedEvents.Remove(_formedEvents.First().Key);
    }

    /// <summary>Applies an event of the past.</summary>
    /// <exception cref="UserErrorException">It is of a run with another shape.</exception>
    /// <exception cref="InvalidOperationException">It is not the next batch: an event before it is missing.</exception>
    public void Recover(BatchFormed formed, long sequenceNr)
    {
        Restore(formed.Shape, formed.Counters);
        if (Formed == 0) Formed = formed.Batch; // those before it are in a checkpoint and deleted
        Apply(formed, sequenceNr);
    }

    /// <inheritdoc cref="Recover(BatchFormed, long)"/>
    public void Recover(CheckpointWritten written, long sequenceNr)
    {
        Restore(written.Shape, written.Counters);
        Steering.Restore(written.Steering);
        Apply(written, sequenceNr);
        while (_untrained.TryPeek(out var trained) && trained.Batch < _spareVersion) _untrained.Dequeue();
    }

    /// <inheritdoc cref="Recover(BatchFormed, long)"/>
    public void Recover(TrainingSteered steered)
    {
        Restore(steered.Shape, steered.Counters);
        Steering.Apply(steered.Steering);
    }

    /// <summary>Says after how many batches the loaded weights are; those formed after it have to be trained again.</summary>
    /// <exception cref="UserErrorException">The journal has not every batch after it, or ends before it.</exception>
    public void StartFrom(long version)
    {
        while (_untrained.TryPeek(out var trained) && trained.Batch < version) _untrained.Dequeue();
        if (version > Formed || (version < Formed && (_untrained.Count == 0 || _untrained.Peek().Batch != version)))
        {
            throw new UserErrorException(
                $"run {_plan.Run}: the weights are those after {version} batches, the journal has formed {Formed} and written down a checkpoint after {CheckpointVersion}; "
                + (version < CheckpointVersion
                    ? $"start first the node whose folder has the checkpoint after {CheckpointVersion} batches, or copy that into this one's"
                    : "put the checkpoints back that belong to this database"));
        }

        (Version, CheckpointVersion) = (version, version); // one written later could not be read
        _isStarted = true;
    }

    /// <summary>The next batch to train on, until <see cref="Trained"/>; null where there is none.</summary>
    public BatchFormed? NextUntrained() => _untrained.TryPeek(out var next) ? next : null;

    /// <summary>The batch that <see cref="NextUntrained"/> gave is trained on.</summary>
    public void Trained() => Version = _untrained.Dequeue().Batch + 1;

    /// <summary>The event of a checkpoint on the disk, to be journaled and then applied.</summary>
    public CheckpointWritten Checkpoint(long version) =>
        new() { Shape = _shape, Version = version, Counters = Counters, SpareVersion = CheckpointVersion, Steering = { Steering.Remembered } };

    /// <summary>The event of a decision, to be journaled and then applied.</summary>
    public TrainingSteered Steer(Steering steering) => new() { Shape = _shape, Counters = Counters, Steering = steering };

    /// <summary>What a shard has to be told and asked; null where it knows and has sent everything.</summary>
    public CollectEpisodes? Collect(int shard)
    {
        var (missing, has) = (false, new List<long>());
        for (var batch = Formed; batch <= LastWanted; batch++)
        {
            foreach (var (first, _) in _plan.PartsOf(batch, shard))
            {
                if (_parts.ContainsKey(first)) has.Add(first);
                else missing = true;
            }
        }

        return missing || _acknowledged[shard] < Version
            ? new CollectEpisodes { Run = _plan.Run, Shard = shard, Version = Version, ThroughBatch = LastWanted, Has = { has } }
            : null;
    }

    /// <summary>A shard has journaled how far training is.</summary>
    public void Acknowledge(ProgressAcknowledged progress)
    {
        if (progress.Run == _plan.Run && progress.Shard >= 0 && progress.Shard < _plan.Shards)
            _acknowledged[progress.Shard] = Math.Max(_acknowledged[progress.Shard], progress.Version);
    }

    /// <summary>Whether every shard has journaled that all is trained.</summary>
    public bool IsAcknowledged => Array.TrueForAll(_acknowledged, version => version >= _plan.Batches);

    /// <summary>Says what does not add up; nothing when all is well.</summary>
    public IEnumerable<string> Violations()
    {
        if (Version > Formed || CheckpointVersion > Formed || Formed > _plan.Batches)
            yield return $"{Formed} of {_plan.Batches} batches formed, {Version} trained, {CheckpointVersion} in the checkpoint";
        if (_isStarted && Version + _untrained.Count != Formed)
            yield return $"{_untrained.Count} batches to train on are not those from {Version} to {Formed - 1}";
        foreach (var part in _parts.Values.Where(part => part.Batch < Formed))
            yield return $"episode {part.Episodes[0].Episode} of the consumed batch {part.Batch} is in hand";
        if (InHand != _parts.Values.Sum(part => part.Episodes.Count))
            yield return $"{InHand} episodes are said to be in hand, {_parts.Values.Sum(part => part.Episodes.Count)} are";
    }

    private bool IsPart(BatchPart part, long first)
    {
        if (part.Batch != _plan.BatchOf(first) || part.Shard != _plan.ShardOf(first) || _plan.PartOf(first) != (first, part.Episodes.Count)) return false;
        for (var i = 0; i < part.Episodes.Count; i++)
        {
            if (part.Episodes[i].Episode != first + i) return false;
        }

        return true;
    }

    private void Restore(RunShape shape, LearnerCounters counters)
    {
        _plan.Require(shape, $"of the learner of run {_plan.Run}");
        (_counters.Consumed, _counters.Duplicate, _counters.Foreign) = (counters.Consumed, counters.Duplicate, counters.Foreign);
    }
}
