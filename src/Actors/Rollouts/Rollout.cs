using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Generation;
using Akka.Actor;
using Akka.Event;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>
/// Writes responses on one device. It asks the shards, one after the other, for as many episodes as its measured speed finishes in its lead time, generates a short slice of
/// time after the other on a thread of its own, swaps in newer weights between slices, and gives finished responses to the scorers that ask. It keeps a response until it is
/// settled, and begins no more while it keeps as many as it may: where scorers, shards or the learner stand still, so does it.
/// </summary>
/// <remarks>A rollout whose device fails, or whose network is not of the policy's shape, says so, hands back what it has leased, and stops.</remarks>
public sealed class Rollout : ObservedActor, IWithTimers
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10); // a shard is about to write down what is announced

    private readonly RolloutSettings _settings;
    private readonly Func<IGeneration> _makeGeneration;
    private readonly Func<long, int[]> _query;
    private readonly IActorRef _shards;
    private readonly IActorRef _scorers;
    private readonly TimeProvider _clock;
    private readonly IResponseObserver? _observer;
    private readonly ComputeThread _thread;
    private readonly string _holder; // of this start: what its predecessor had is lost
    private readonly CancellationTokenSource _stopped = new();
    private readonly LeasedWork _work;
    private readonly RolloutOutbox<IActorRef> _outbox;
    private readonly HashSet<long> _generating = []; // under way or in the backlog
    private readonly Queue<Query> _backlog = new(); // used on the thread only
    private readonly Dictionary<long, long> _begun = []; // likewise
    private long _steps; // likewise
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly EpisodeSpans _leaseSpans;
    private readonly EpisodeSpans _generateSpans;
    private readonly RecentSum _tokens = new();
    private readonly RecentSum _finished = new();
    private readonly RecentShares<RolloutActivity> _time = new(RolloutActivity.Starting);
    private IGeneration? _made; // used on the thread only
    private IGeneration? _generation; // the same, once it is ready
    private LeaseSizing _sizing;
    private long _wanted = -1; // the newest version heard of
    private long _version = -1; // in use
    private long? _fetched; // to be swapped in
    private bool _isFetching;
    private bool _isRunning;
    private bool _isDraining;
    private IReadOnlyList<int> _open = []; // shards that have episodes to be worked on, as far as is known here
    private int _turn; // whose among them it is to be asked
    private int _dry; // shards in a row that had no more work
    private (int Shard, int Count, TimeSpan Since)? _asking;
    private readonly SpeedMeter _speed = new();
    private double _occupancy;
    private long _generated;

    /// <summary>A rollout.</summary>
    /// <param name="settings">How to go about it.</param>
    /// <param name="makeGeneration">Makes what generates, on the rollout's own thread.</param>
    /// <param name="query">The query of an episode; may be called from any thread.</param>
    /// <param name="shards">Passes messages on to episode shards.</param>
    /// <param name="scorers">Passes messages on to all scorers.</param>
    /// <param name="clock">Times leases; the system's by default.</param>
    /// <param name="observer">Hears what becomes of responses.</param>
    public Rollout(
        RolloutSettings settings, Func<IGeneration> makeGeneration, Func<long, int[]> query, IActorRef shards, IActorRef scorers, TimeProvider? clock = null,
        IResponseObserver? observer = null)
    {
        (_settings, _makeGeneration, _query, _shards, _scorers) = (settings, makeGeneration, query, shards, scorers);
        (_clock, _observer) = (clock ?? TimeProvider.System, observer);
        (_work, _outbox, _sizing) = (new LeasedWork(settings.Plan), new RolloutOutbox<IActorRef>(settings.ScoringPatience), settings.Leases);
        (_leaseSpans, _generateSpans) = (new EpisodeSpans(settings.Plan.Run, "lease"), new EpisodeSpans(settings.Plan.Run, "generate"));
        _thread = new ComputeThread(settings.Name);
        _holder = FormattableString.Invariant($"{settings.Name}#{Self.Path.Uid}");
        Receive<PolicyTrained>(trained => trained.Run == settings.Plan.Run, trained =>
        {
            Hear(trained.Version);
            Proceed();
        });
        Receive<Leased>(leased => leased.Run == settings.Plan.Run, Take);
        Receive<RolloutsWanted>(wanted => wanted.Run == settings.Plan.Run, Hand);
        Receive<RolloutsSettled>(settled => settled.Run == settings.Plan.Run, Settle);
        Receive<Terminated>(terminated =>
        {
            _outbox.Lose(terminated.ActorRef);
            Offer();
        });
        Receive<RolloutStatusRequest>(_ => Sender.Tell(Status()));
        Receive<DrainRollout>(_ =>
        {
            _isDraining = true;
            Return(_work.TakeAll());
            Proceed();
        });
        Receive<Done>(done => ReferenceEquals(done.Thread, _thread), done => done.Then());
        Receive<Done>(_ => { }); // of the instance before a restart
        Receive<Tick>(_ => Repeat());
        Receive<AskAgain>(_ => Repeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _settings.Retry, _settings.Retry);
        Open();
        _turn = Random.Shared.Next(Math.Max(1, _open.Count)); // rollouts begin at different shards
        Then(
            _thread.Run(() => _made = _makeGeneration()),
            generation =>
            {
                _generation = generation;
                Proceed();
            },
            Leave);
        Ask();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopped.Cancel();
        _thread.Run(() =>
        {
            _made?.Dispose();
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

    private TimeSpan Now => _clock.GetElapsedTime(0);

    private RolloutActivity Activity =>
        _generation is null ? RolloutActivity.Starting
        : _generating.Count > 0 ? RolloutActivity.Generating
        : _outbox.Count >= _settings.Capacity ? RolloutActivity.WaitingForScorers
        : _work.Count > 0 ? RolloutActivity.WaitingForParameters
        : RolloutActivity.WaitingForEpisodes;

    private int Room => _settings.Capacity - _outbox.Count - _generating.Count - _work.Count;

    // The episodes below it are trained on: nobody waits for responses to them, and they need not be scored.
    private long Trained => _settings.Plan.FirstOf(Math.Max(0, _wanted));

    // Whatever can be done next.
    private void Proceed()
    {
        Fetch();
        Generate();
        Ask();
        if (_isDraining && _generating.Count == 0 && _outbox.Count == 0) Context.Stop(Self);
    }

    private void Repeat()
    {
        _outbox.Expire(Now);
        _dry = 0;
        if (_asking is { } asking && Now - asking.Since >= _settings.Retry) Next();
        Offer();
        Proceed();
    }

    private void Hear(long version)
    {
        if (version <= _wanted) return;
        _wanted = version;
        Open();
        _work.DropTrained(version);
        _leaseSpans.ForgetBelow(Trained);
        foreach (var episode in _outbox.SettleBelow(Trained)) _observer?.Settled(episode, RefusalReason.Late);
        _dry = 0;
    }

    private void Open() => _open = _settings.Plan.ShardsOf(Math.Max(0, _wanted), _settings.MaxPolicyLag + 1L);

    private void Ask()
    {
        if (_isDraining || _asking is not null || _dry >= _open.Count) return;
        var count = Math.Min(_sizing.Ask(_work.Count + _generating.Count), Room);
        if (count <= 0) return;
        var shard = _open[_turn % _open.Count];
        _asking = (shard, count, Now);
        _shards.Tell(new LeaseRequest
        {
            Run = _settings.Plan.Run, Shard = shard, Holder = _holder, Count = count, Speed = _sizing.Speed ?? 0,
            LatencyMilliseconds = (int)(_speed.Latency ?? TimeSpan.Zero).TotalMilliseconds, WaitMilliseconds = (int)Wait(count).TotalMilliseconds,
        });
    }

    // How long the last of so many more episodes waits for a slot.
    private TimeSpan Wait(int more) => _generation is { } generation && _sizing.Speed is > 0 and var speed
        ? TimeSpan.FromSeconds(Math.Max(0, _work.Count + _generating.Count + more - generation.Slots) / speed)
        : TimeSpan.Zero;

    private void Next()
    {
        _asking = null;
        _turn = (_turn + 1) % Math.Max(1, _open.Count);
    }

    private void Take(Leased leased)
    {
        var count = leased.Leases.Sum(lease => lease.Count);
        if (_isDraining)
        {
            Return(leased.Leases.SelectMany(lease => Enumerable.Range(0, lease.Count).Select(i => lease.First + i)));
            return;
        }

        Hear(leased.Version);
        foreach (var lease in leased.Leases) _work.Add(lease, Now + TimeSpan.FromMilliseconds(leased.Milliseconds));
        if (EpisodeSpans.AreWanted)
        {
            foreach (var lease in leased.Leases)
                for (var episode = lease.First; episode < lease.First + lease.Count; episode++) _leaseSpans.Begin(episode);
        }

        if (_asking is { } asking && asking.Shard == leased.Shard)
        {
            _dry = count > 0 ? 0 : _dry + 1;
            if (count < asking.Count) Next();
            else _asking = null;
        }

        if (leased.Version < _wanted && count == 0) Timers.StartSingleTimer(nameof(AskAgain), AskAgain.Instance, Soon);
        Proceed();
    }

    private void Fetch()
    {
        if (_generation is null || _isFetching || _fetched is not null || _wanted <= _version) return;
        _isFetching = true;
        Then(
            _generation.Fetch(_wanted, _stopped.Token),
            version =>
            {
                (_isFetching, _fetched) = (false, version);
                Proceed();
            },
            cause =>
            {
                _isFetching = false; // and again at the next tick, unless that is of no use
                if (cause is UserErrorException) Leave(cause);
                else _log.Warning("{0} cannot get version {1} of the policy: {2}", _settings.Name, _wanted, cause.Message);
            });
    }

    private void Generate()
    {
        if (_generation is null || _isRunning) return;
        var (version, isSwapping) = (_fetched ?? _version, _fetched is not null);
        var begun = new List<Query>();
        // As many again as there are slots wait for one that becomes free within the slice.
        while (_generating.Count < 2 * _generation.Slots && _outbox.Count + _generating.Count < _settings.Capacity && _work.TryTake(version, Now, out var episode))
        {
            using (var leased = _leaseSpans.End(episode.Value)) leased?.SetTag("rlhf.rollout", _settings.Name);
            if (_outbox.Contains(episode.Value) || !_generating.Add(episode.Value)) continue;
            begun.Add(new Query(episode.Value, _query(episode.Value)));
            _generateSpans.Begin(episode.Value);
        }

        if (_generating.Count == 0 && !isSwapping) return;
        _isRunning = true;
        var (generation, slice) = (_generation, _settings.Slice);
        Then(
            _thread.Run(() =>
            {
                foreach (var query in begun) _backlog.Enqueue(query);
                return GenerationSlice.Run(generation, _backlog, isSwapping, slice, _begun, ref _steps);
            }),
            done =>
            {
                if (isSwapping) (_version, _fetched) = (version, null);
                Keep(done);
            },
            Leave);
    }

    private void Keep(GenerationSlice slice)
    {
        _isRunning = false;
        var (hadNone, now) = (_outbox.Waiting == 0, _clock.GetUtcNow());
        foreach (var completion in slice.Finished)
        {
            _generating.Remove(completion.EpisodeId);
            using (var generated = _generateSpans.End(completion.EpisodeId))
                generated?.SetTag("rlhf.rollout", _settings.Name).SetTag("rlhf.tokens", completion.Response.Length).SetTag("rlhf.policy_version", completion.FirstVersion);
            if (completion.EpisodeId < Trained) _observer?.Settled(completion.EpisodeId, RefusalReason.Late);
            else _outbox.Add(SampledEpisode.Of(completion, _settings.Name, now));
        }

        _generated += slice.Finished.Count;
        _tokens.Add(slice.Tokens, (int)slice.Steps);
        _finished.Add(slice.Finished.Count);
        ActorMetrics.GeneratedTokens.Add(slice.Tokens);
        ActorMetrics.GeneratedEpisodes.Add(slice.Finished.Count);
        _occupancy = slice.Occupancy;
        Measure(slice);
        if (hadNone) Offer();
        Proceed();
    }

    // Only while there is more work than it gets: with fewer sequences a step may be faster.
    private void Measure(GenerationSlice slice)
    {
        if (_dry > 0) _speed.Reset();
        else if (_speed.Add(slice, _sizing.Lead / 8) is var (episodes, elapsed)) _sizing = _sizing.Measured(episodes, elapsed);
    }

    private void Hand(RolloutsWanted wanted)
    {
        Context.Watch(Sender);
        var episodes = _outbox.Hand(Sender, wanted.Count, Now);
        Sender.Tell(new RolloutsSent { Run = _settings.Plan.Run, Episodes = { episodes }, Left = _outbox.Waiting, Generating = _generating.Count });
    }

    private void Settle(RolloutsSettled settled)
    {
        var refusals = new Dictionary<long, RefusalReason?>();
        foreach (var refusal in settled.Refusals) refusals[refusal.Episode] = refusal.Reason;
        foreach (var episode in settled.Episodes)
        {
            if (_outbox.Settle(episode)) _observer?.Settled(episode, refusals.GetValueOrDefault(episode));
        }

        Proceed();
    }

    private void Offer()
    {
        if (_outbox.Waiting > 0) _scorers.Tell(new RolloutsWaiting { Run = _settings.Plan.Run, Count = _outbox.Waiting });
    }

    private void Return(IEnumerable<long> episodes)
    {
        foreach (var returned in LeasedWork.Return(_settings.Plan, _holder, episodes)) _shards.Tell(returned);
    }

    private void Then<T>(Task<T> task, Action<T> succeeded, Action<Exception> failed)
    {
        var thread = _thread;
        task.PipeTo(Self, Self, result => new Done(thread, () => succeeded(result)), cause => new Done(thread, () => failed(cause)));
    }

    private void Leave(Exception cause)
    {
        Gauge.Failed(cause);
        _log.Error(cause, "rollout {0} leaves: {1}", _settings.Name, cause.Message);
        Return([.. _work.TakeAll(), .. _generating]);
        Context.Stop(Self);
    }

    private RolloutStatus Status() => new()
    {
        Run = _settings.Plan.Run,
        Name = _settings.Name,
        Version = _version,
        Speed = _sizing.Speed ?? 0,
        Occupancy = _isRunning ? _occupancy : 0,
        Slots = _generation?.Slots ?? 0,
        Leased = _work.Count,
        Generating = _generating.Count,
        Waiting = _outbox.Waiting,
        Handed = _outbox.Handed,
        Generated = _generated,
        Dropped = _work.Dropped,
        Newest = _wanted,
        TokensPerSecond = _tokens.PerSecond,
        SlotsInUse = _tokens.Mean, // a token a step and sequence
        EpisodesPerSecond = _finished.PerSecond,
        Busy = _thread.Busy,
        Time = { _time.Shares() },
    };

    private sealed record Done(ComputeThread Thread, Action Then) : INoSerializationVerificationNeeded;

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed class AskAgain
    {
        public static readonly AskAgain Instance = new();
    }
}
