using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using Google.Protobuf.Collections;

namespace ActorRlhf.Actors.Episodes;

/// <summary>
/// The books of one episode shard: which of its episodes may be worked on, who works on which, which results are here, and what was refused. It does nothing by itself: the
/// caller journals the events that it makes and then applies them. The window is the batches that may be worked on, from the first untrained one on.
/// </summary>
/// <remarks>
/// Leases are in memory only; after a crash everything in the window that has no result can be leased again. Every event carries the counters, so
/// what a journal has after <see cref="SettledThrough"/> is all that is needed, and no state is in a snapshot.
/// </remarks>
public sealed class EpisodeLedger
{
    private readonly EpisodeSettings _settings;
    private readonly EpisodePlan _plan;
    private readonly int _shard;
    private readonly RunShape _shape;
    private readonly Dictionary<long, ScoredEpisode> _held = [];
    private readonly LeaseBook _leases = new();
    private readonly long[] _refused = new long[Enum.GetValues<RefusalReason>().Length];
    private readonly Queue<(long SequenceNr, long Last)> _scoredEvents = new();
    private long _cursor; // the first episode that was never leased out since the shard began to run
    private long _accepted;
    private long _unaccounted;
    private long _lastTrainedEvent;

    /// <summary>The books of a shard that has done nothing yet.</summary>
    /// <param name="settings">The run's settings.</param>
    /// <param name="shard">The shard's number.</param>
    public EpisodeLedger(EpisodeSettings settings, int shard)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, settings.Plan.Shards);
        settings.Plan.Validate();
        (_settings, _plan, _shard, _shape) = (settings, settings.Plan, shard, settings.Plan.Shape);
        _cursor = _plan.FirstInShard(shard, 0);
    }

    /// <summary>The shard's number.</summary>
    public int Shard => _shard;

    /// <summary>Batches that the learner has trained on, as far as is known here: the newest policy's version.</summary>
    public long Version { get; private set; }

    /// <summary>Results that are journaled and not trained on.</summary>
    public int Held => _held.Count;

    /// <summary>Episodes that are leased out.</summary>
    public int Leased => _leases.Count;

    /// <summary>The last event that is not needed any more; 0 for none.</summary>
    public long SettledThrough => Math.Min(_scoredEvents.TryPeek(out var oldest) ? oldest.SequenceNr : long.MaxValue, _lastTrainedEvent) - 1 is > 0 and var last
        ? last
        : 0;

    private long WindowFirst => _plan.FirstOf(Version);

    private long WindowEnd => _plan.FirstOf(Version + _settings.MaxPolicyLag + 1);

    /// <summary>What has been counted.</summary>
    public ShardCounters Counters => new()
    {
        Issued = _leases.Issued,
        Fulfilled = _leases.Fulfilled,
        Expired = _leases.Expired,
        Returned = _leases.Returned,
        Forgotten = _leases.Forgotten,
        Accepted = _accepted,
        Refused = { _refused },
        Unaccounted = _unaccounted,
    };

    /// <summary>Leases out the lowest episodes that nobody works on.</summary>
    /// <param name="holder">To whom.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="now">The time on a clock that never jumps.</param>
    /// <param name="from">The first episode that is for this holder.</param>
    public IReadOnlyList<Lease> Lease(string holder, int count, TimeSpan now, long from = 0)
    {
        _leases.Expire(now);
        var leases = new List<Lease>();
        for (; count > 0 && Next(from) is { } episode; count--)
        {
            var batch = _plan.BatchOf(episode);
            if (leases is [.., var last] && last.First + last.Count == episode && _plan.BatchOf(last.First) == batch) last.Count++;
            else leases.Add(new Lease { First = episode, Count = 1, MinimumVersion = _settings.MinimumVersion(batch) });
        }

        foreach (var lease in leases) _leases.Add(holder, lease.First, lease.Count, now + _settings.LeaseDuration);
        return leases;
    }

    /// <summary>How far an episode is.</summary>
    /// <param name="episode">One of the shard's.</param>
    /// <param name="now">The time on the clock of <see cref="Lease"/>.</param>
    public EpisodeAnswer Tell(long episode, TimeSpan now)
    {
        var answer = new EpisodeAnswer { Run = _plan.Run, Episode = episode, Version = Version, Phase = EpisodePhase.Unissued };
        if (episode < WindowFirst)
        {
            answer.Phase = EpisodePhase.Trained;
        }
        else if (_held.TryGetValue(episode, out var result))
        {
            (answer.Phase, answer.Result) = (EpisodePhase.Held, result);
        }
        else if (_leases.Find(episode) is { } lease)
        {
            (answer.Phase, answer.Holder, answer.Milliseconds) = (EpisodePhase.Leased, lease.Holder, (long)(lease.Deadline - now).TotalMilliseconds);
        }

        return answer;
    }

    /// <summary>Takes leased episodes back; those that are not the holder's stay as they are.</summary>
    public void Return(string holder, IEnumerable<Lease> leases)
    {
        foreach (var lease in leases)
        {
            var (first, end) = (Math.Max(lease.First, WindowFirst), Math.Min(lease.First + lease.Count, WindowEnd));
            if (first < end) _leases.Return(holder, first, (int)(end - first));
        }
    }

    /// <summary>A holder is gone: what it had can be leased again at once.</summary>
    public void Lose(string holder) => _leases.Lose(holder);

    /// <summary>Judges reports. What is refused is counted at once; what is accepted is in the event, to be journaled and then applied.</summary>
    /// <returns>The event, or null where nothing is accepted, and an answer to each report, to be sent once the event is journaled.</returns>
    public (EpisodesScored? Event, IReadOnlyList<ReportAnswered> Answers) Accept(IReadOnlyList<EpisodesReported> reports)
    {
        var accepted = new Dictionary<long, ScoredEpisode>();
        var answers = new List<ReportAnswered>(reports.Count);
        foreach (var report in reports)
        {
            var answer = new ReportAnswered { Run = report.Run, Shard = report.Shard, Report = report.Report };
            foreach (var episode in report.Episodes)
            {
                var refusal = Judge(report, episode);
                if (refusal is null && !accepted.TryAdd(episode.Episode, episode)) refusal = RefusalReason.Duplicate;
                if (refusal is { } reason) Refuse(answer, episode, reason);
                else answer.Accepted++;
            }

            answers.Add(answer);
        }

        if (accepted.Count == 0) return (null, answers);
        var scored = new EpisodesScored { Shape = _shape, Version = Version, Counters = Counters };
        scored.Episodes.AddRange(accepted.Values);
        return (scored, answers);
    }

    /// <summary>Refuses a whole report.</summary>
    public ReportAnswered Refuse(EpisodesReported report, RefusalReason reason)
    {
        var answer = new ReportAnswered { Run = report.Run, Shard = report.Shard, Report = report.Report };
        foreach (var episode in report.Episodes) Refuse(answer, episode, reason);
        return answer;
    }

    /// <summary>Hears how far training is.</summary>
    /// <param name="version">Batches trained.</param>
    /// <returns>The event to journal and apply; null where that is known.</returns>
    public BatchesTrained? Train(long version)
    {
        version = Math.Min(version, _plan.Batches);
        if (version <= Version) return null;
        var counters = Counters;
        counters.Unaccounted += Below(version).Count(episode => !_held.ContainsKey(episode));
        return new BatchesTrained { Shape = _shape, Version = version, Counters = counters };
    }

    /// <summary>Applies an event that has just been journaled.</summary>
    public void Apply(EpisodesScored scored, long sequenceNr)
    {
        var last = 0L;
        foreach (var episode in scored.Episodes)
        {
            _held.Add(episode.Episode, episode);
            _leases.Fulfil(episode.Episode);
            last = Math.Max(last, episode.Episode);
        }

        _accepted += scored.Episodes.Count;
        _scoredEvents.Enqueue((sequenceNr, last));
    }

    /// <inheritdoc cref="Apply(EpisodesScored, long)"/>
    public void Apply(BatchesTrained trained, long sequenceNr)
    {
        foreach (var episode in Below(trained.Version))
        {
            _held.Remove(episode);
            _leases.Forget(episode);
        }

        _unaccounted = trained.Counters.Unaccounted;
        MoveTo(trained.Version);
        _lastTrainedEvent = sequenceNr;
        while (_scoredEvents.TryPeek(out var oldest) && oldest.Last < WindowFirst) _scoredEvents.Dequeue();
    }

    /// <summary>Applies an event of the past.</summary>
    /// <exception cref="UserErrorException">It is of a run with another shape.</exception>
    public void Recover(EpisodesScored scored, long sequenceNr)
    {
        Restore(scored.Shape, scored.Counters);
        MoveTo(scored.Version);
        Apply(scored, sequenceNr);
    }

    /// <inheritdoc cref="Recover(EpisodesScored, long)"/>
    public void Recover(BatchesTrained trained, long sequenceNr)
    {
        Restore(trained.Shape, trained.Counters);
        if (_scoredEvents.Count == 0) MoveTo(trained.Version); // nothing of what it was about is left
        Apply(trained, sequenceNr);
    }

    /// <summary>The parts of a batch of which every result is here, in order.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="except">First episodes of parts that are not wanted.</param>
    public IEnumerable<BatchPart> Offer(long batch, IReadOnlySet<long>? except = null) => batch < Version
        ? []
        : _plan.PartsOf(batch, _shard).Where(part => except?.Contains(part.First) is not true).Select(Whole).OfType<BatchPart>();

    /// <summary>The parts, of which every result is here, that some episodes are in.</summary>
    public IEnumerable<BatchPart> OfferPartsOf(IEnumerable<ScoredEpisode> episodes) =>
        episodes.Select(episode => _plan.PartOf(episode.Episode)).Distinct().Select(Whole).OfType<BatchPart>();

    /// <summary>Says what does not add up; nothing when all is well.</summary>
    public IEnumerable<string> Violations()
    {
        var trained = _plan.CountInShard(_shard, WindowFirst);
        if (_accepted + _unaccounted != trained + _held.Count)
            yield return $"shard {_shard}: {_accepted} accepted and {_unaccounted} unaccounted for are not {trained} trained and {_held.Count} held";
        if (_unaccounted != 0)
            yield return $"shard {_shard}: {_unaccounted} episodes were trained on that its journal does not have";
        if (_leases.Issued != _leases.Fulfilled + _leases.Expired + _leases.Returned + _leases.Forgotten + _leases.Count)
            yield return $"shard {_shard}: {Counters} and {_leases.Count} leases out do not add up to those issued";
        foreach (var episode in _held.Keys.Concat(_leases.Episodes).Where(episode => !IsInWindow(episode)))
            yield return $"shard {_shard}: episode {episode} is held or leased outside {WindowFirst} to {WindowEnd - 1}";
        foreach (var episode in _leases.Episodes.Where(_held.ContainsKey))
            yield return $"shard {_shard}: episode {episode} is leased and has a result";
    }

    private bool IsInWindow(long episode) => episode >= WindowFirst && episode < WindowEnd && _plan.ShardOf(episode) == _shard;

    private long After(long episode) => _plan.FirstInShard(_shard, episode + 1);

    private long? Next(long from)
    {
        if (_leases.TakeBack(from) is { } again) return again;
        while (_cursor < WindowEnd)
        {
            var episode = _cursor;
            _cursor = After(episode);
            if (_held.ContainsKey(episode)) continue;
            if (episode >= from) return episode;
            _leases.PassOver(episode);
        }

        return null;
    }

    private RefusalReason? Judge(EpisodesReported report, ScoredEpisode episode)
    {
        if (report.Run != _plan.Run || report.Shard != _shard || episode.Episode < 0 || episode.Episode >= WindowEnd || _plan.ShardOf(episode.Episode) != _shard)
            return RefusalReason.Foreign;
        if (episode.Episode < WindowFirst) return RefusalReason.Late;
        if (_held.ContainsKey(episode.Episode)) return RefusalReason.Duplicate;
        if (episode.PolicyVersion < _settings.MinimumVersion(_plan.BatchOf(episode.Episode))) return RefusalReason.Stale;
        if (episode.PolicyVersion > Version) return RefusalReason.Ahead;
        return episode.Flaw(_settings.VocabularySize, _settings.MaxResponseTokens) is null ? null : RefusalReason.Malformed;
    }

    private void Refuse(ReportAnswered answer, ScoredEpisode episode, RefusalReason reason)
    {
        answer.Refusals.Add(new Refusal { Episode = episode.Episode, Reason = reason });
        _refused[(int)reason]++;
    }

    private BatchPart? Whole((long First, int Count) part)
    {
        var whole = new BatchPart { Run = _plan.Run, Shard = _shard, Batch = _plan.BatchOf(part.First) };
        for (var episode = part.First; episode < part.First + part.Count; episode++)
        {
            if (!_held.TryGetValue(episode, out var scored)) return null;
            whole.Episodes.Add(scored);
        }

        return whole;
    }

    private void MoveTo(long version)
    {
        Version = version;
        _cursor = Math.Max(_cursor, _plan.FirstInShard(_shard, WindowFirst));
    }

    // The untrained episodes before a batch.
    private IEnumerable<long> Below(long version)
    {
        var end = _plan.FirstOf(version);
        for (var episode = _plan.FirstInShard(_shard, WindowFirst); episode < end; episode = After(episode)) yield return episode;
    }

    private void Restore(RunShape shape, ShardCounters counters)
    {
        _plan.Require(shape, $"of episode shard {_shard} of run {_plan.Run}");
        _accepted = counters.Accepted;
        _unaccounted = counters.Unaccounted;
        Restore(counters.Refused);
        _leases.Restore(counters);
    }

    private void Restore(RepeatedField<long> refused)
    {
        for (var reason = 0; reason < Math.Min(refused.Count, _refused.Length); reason++) _refused[reason] = refused[reason];
    }
}
