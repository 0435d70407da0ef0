using System.Diagnostics;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorRlhf.Actors.Scoring;

/// <summary>
/// Scores what rollouts have generated. It asks for as much as it has room for, so a slow scorer gets little and holds nobody up; it scores in batches, on a thread of its own, and keeps
/// each result until its shard has journaled or refused it. Only then is the rollout told that it need not keep the response. While shards do not answer, its room is used
/// up and it asks for nothing.
/// </summary>
/// <remarks>A scorer whose device fails says so and stops; rollouts give to others what it had.</remarks>
public sealed class RewardScorer : ObservedActor, IWithTimers
{
    private readonly RewardScorerSettings _settings;
    private readonly Func<long, int[]> _query;
    private readonly IActorRef _shards;
    private readonly TimeProvider _clock;
    private readonly ComputeThread _thread;
    private readonly Func<IScorer> _makeScorer;
    private readonly ScoringQueue<Item> _queue;
    private readonly ReportBook<IActorRef> _reports;
    private readonly Queue<IActorRef> _offers = new(); // rollouts that said they have something
    private readonly Dictionary<IActorRef, (int Count, TimeSpan Since)> _asked = [];
    private readonly Dictionary<IActorRef, TimeSpan> _coming = []; // rollouts that had more under way, and when they said so
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly EpisodeSpans _spans;
    private readonly RecentSum _batchSizes = new(seconds: 30);
    private readonly RecentSum _waits = new(seconds: 30); // milliseconds
    private readonly RecentShares<ScorerActivity> _time = new(ScorerActivity.WaitingForRollouts);
    private IScorer? _scorer; // used on the thread only
    private bool _isDraining;
    private int _scoring;
    private long _scored;
    private long _batches;
    private long _refused;
    private long _malformed;

    /// <summary>A scorer.</summary>
    /// <param name="settings">How to go about it.</param>
    /// <param name="makeScorer">Makes what scores, on the scorer's own thread.</param>
    /// <param name="query">The query of an episode; may be called from any thread.</param>
    /// <param name="shards">Passes messages on to episode shards.</param>
    /// <param name="clock">Times batches and repetitions; the system's by default.</param>
    public RewardScorer(RewardScorerSettings settings, Func<IScorer> makeScorer, Func<long, int[]> query, IActorRef shards, TimeProvider? clock = null)
    {
        (_settings, _makeScorer, _query, _shards, _clock) = (settings, makeScorer, query, shards, clock ?? TimeProvider.System);
        _spans = new EpisodeSpans(settings.Plan.Run, "score");
        _thread = new ComputeThread(settings.Name);
        _queue = new ScoringQueue<Item>(settings.BatchSize, settings.Patience, settings.Capacity);
        _reports = new ReportBook<IActorRef>(settings.Plan, settings.Retry, Stopwatch.GetTimestamp()); // an answer to a predecessor's report means nothing
        Receive<RolloutsWaiting>(waiting => IsOfRun(waiting.Run), _ => Hear(Sender));
        Receive<RolloutsSent>(sent => IsOfRun(sent.Run), Take);
        Receive<ReportAnswered>(Settle);
        Receive<ScorerStatusRequest>(_ => Sender.Tell(Status()));
        Receive<DrainScorer>(_ =>
        {
            _isDraining = true;
            Proceed();
        });
        Receive<Done>(done => ReferenceEquals(done.Thread, _thread), done => done.Then());
        Receive<Done>(_ => { }); // of the instance before a restart
        Receive<Tick>(_ => Repeat());
        Receive<BatchDue>(_ => Score());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _settings.Retry, _settings.Retry);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _thread.Run(() =>
        {
            _scorer?.Dispose();
            return true;
        });
        _thread.Dispose();
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        var isHandled = base.AroundReceive(receive, message);
        _time.Enter(Activity);
        return isHandled;
    }

    private ScorerActivity Activity =>
        _scoring > 0 ? ScorerActivity.Scoring
        : _queue.Count > 0 ? ScorerActivity.FillingBatch
        : _reports.Count > 0 && Room <= 0 ? ScorerActivity.WaitingForShards
        : ScorerActivity.WaitingForRollouts;

    private TimeSpan Now => _clock.GetElapsedTime(0);

    private int Room => _settings.Capacity - _queue.Count - _scoring - _reports.Count - _asked.Values.Sum(asked => asked.Count);

    // Whatever can be done next.
    private void Proceed()
    {
        Score();
        Ask();
        if (_isDraining && _scoring == 0 && _queue.Count == 0 && _reports.Count == 0) Context.Stop(Self);
    }

    private bool IsOfRun(string run)
    {
        if (run == _settings.Plan.Run) return true;
        _log.Warning("{0} works on run {1}; this is run {2}", Sender, run, _settings.Plan.Run);
        return false;
    }

    private void Hear(IActorRef rollout)
    {
        if (!_offers.Contains(rollout) && !_asked.ContainsKey(rollout)) _offers.Enqueue(rollout);
        Ask();
    }

    // A batch from one rollout at a time, so that none waits behind another's many.
    private void Ask()
    {
        while (!_isDraining && Math.Min(Room, _settings.BatchSize) is > 0 and var count && _offers.TryDequeue(out var rollout))
        {
            _asked[rollout] = (count, Now);
            rollout.Tell(new RolloutsWanted { Run = _settings.Plan.Run, Scorer = _settings.Name, Count = count });
        }
    }

    private void Take(RolloutsSent sent)
    {
        _asked.Remove(Sender);
        if (sent.Generating + sent.Left > 0) _coming[Sender] = Now;
        else _coming.Remove(Sender);
        var malformed = new RolloutsSettled { Run = _settings.Plan.Run };
        foreach (var episode in sent.Episodes)
        {
            if (Flaw(episode) is { } flaw)
            {
                _malformed++;
                malformed.Episodes.Add(episode.Episode);
                malformed.Refusals.Add(new Refusal { Episode = episode.Episode, Reason = RefusalReason.Malformed });
                _log.Warning("episode {0} from {1} is not scored: {2}", episode.Episode, Sender, flaw);
                continue;
            }

            // Where an answer came so late that the room was used otherwise, the rollout gives what it has not heard of to somebody again.
            var query = _query(episode.Episode);
            if (_queue.TryAdd(new Item(episode, query, Sender, Now), query.Length + episode.Response.Length, Now)) _spans.Begin(episode.Episode);
        }

        if (malformed.Episodes.Count > 0) Sender.Tell(malformed);
        if (sent.Left > 0) Hear(Sender);
        Proceed();
    }

    private string? Flaw(SampledEpisode episode) => episode.Episode < 0 || episode.Episode >= _settings.Plan.TotalEpisodes
        ? $"the run has {_settings.Plan.TotalEpisodes} episodes"
        : episode.Flaw(_settings.VocabularySize, _settings.MaxResponseTokens);

    private void Score()
    {
        if (_scoring > 0) return;
        if (!_queue.TryTake(IsMoreComing() ? Now : TimeSpan.MaxValue, out var batch)) // the last ones wait for nobody
        {
            if (_queue.Due is { } due) Timers.StartSingleTimer(nameof(BatchDue), BatchDue.Instance, TimeSpan.FromMilliseconds(Math.Max(1, (due - Now).TotalMilliseconds)));
            return;
        }

        _scoring = batch.Count;
        _batchSizes.Add(batch.Count);
        _waits.Add(batch.Sum(item => (Now - item.Since).TotalMilliseconds), batch.Count);
        var thread = _thread;
        thread.Run(() =>
        {
            _scorer ??= _makeScorer();
            var started = Stopwatch.GetTimestamp();
            var scored = _scorer.Score([.. batch.Select(item => (item.Episode, item.Query))]);
            ActorMetrics.ScoringBatch.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            ActorMetrics.ScoredEpisodes.Add(scored.Count);
            return scored;
        }).PipeTo(Self, Self, scored => new Done(thread, () => Report(batch, scored)), cause => new Done(thread, () => Leave(cause)));
    }

    private bool IsMoreComing()
    {
        if (_isDraining) return false;
        foreach (var (rollout, since) in _coming.Where(coming => Now - coming.Value >= _settings.Retry).ToList()) _coming.Remove(rollout); // slow, or gone
        return _coming.Count + _asked.Count + _offers.Count > 0;
    }

    private void Leave(Exception cause)
    {
        Gauge.Failed(cause);
        _log.Error(cause, "scorer {0} leaves: {1}", _settings.Name, cause.Message);
        Context.Stop(Self);
    }

    private void Report(IReadOnlyList<Item> batch, IReadOnlyList<ScoredEpisode> scored)
    {
        _scoring = 0;
        _scored += scored.Count;
        _batches++;
        foreach (var episode in scored)
            using (var span = _spans.End(episode.Episode)) span?.SetTag("rlhf.scorer", _settings.Name).SetTag("rlhf.score", episode.Score);
        foreach (var report in _reports.Report(scored.Zip(batch, (episode, item) => (episode, item.Rollout)), Now)) _shards.Tell(report);
        Proceed();
    }

    private void Settle(ReportAnswered answered)
    {
        foreach (var rollout in _reports.Answer(answered, Now).GroupBy(settled => settled.Source))
        {
            var refusals = rollout.Where(settled => settled.Refusal is not null).Select(settled => new Refusal { Episode = settled.Episode, Reason = settled.Refusal!.Value });
            var message = new RolloutsSettled { Run = _settings.Plan.Run, Episodes = { rollout.Select(settled => settled.Episode) }, Refusals = { refusals } };
            _refused += message.Refusals.Count;
            rollout.Key.Tell(message);
        }

        Proceed();
    }

    private void Repeat()
    {
        foreach (var (rollout, _) in _asked.Where(asked => Now - asked.Value.Since >= _settings.Retry).ToList()) _asked.Remove(rollout);
        foreach (var report in _reports.Due(Now)) _shards.Tell(report);
        Proceed();
    }

    private ScorerStatus Status() => new()
    {
        Run = _settings.Plan.Run,
        Name = _settings.Name,
        Waiting = _queue.Count,
        Scoring = _scoring,
        Unanswered = _reports.Count,
        Scored = _scored,
        Batches = _batches,
        Refused = _refused,
        Malformed = _malformed,
        BatchSize = _settings.BatchSize,
        BatchMean = _batchSizes.Mean,
        EpisodesPerSecond = _batchSizes.PerSecond,
        WaitMilliseconds = _waits.Mean,
        Busy = _thread.Busy,
        Time = { _time.Shares() },
    };

    private sealed record Item(SampledEpisode Episode, int[] Query, IActorRef Rollout, TimeSpan Since);

    private sealed record Done(ComputeThread Thread, Action Then) : INoSerializationVerificationNeeded;

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed class BatchDue
    {
        public static readonly BatchDue Instance = new();
    }
}
