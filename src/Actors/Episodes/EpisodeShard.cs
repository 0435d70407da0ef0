using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Persistence;

namespace ActorRlhf.Actors.Episodes;

/// <summary>
/// Leases out the episodes of one shard, journals their results before it acknowledges them, and sends complete parts of batches to the learner that asked last.
/// What it knows is in an <see cref="EpisodeLedger"/>. One event is written at a time; what arrives meanwhile goes into the next one together.
/// </summary>
public sealed class EpisodeShard : ObservedPersistentActor
{
    /// <summary>What shards are called in <c>ClusterSharding.Start</c>.</summary>
    public const string TypeName = "episodes";

    private const int EventEpisodes = 1024; // about as many go into one event
    private const int ArrivedEpisodes = 16 * EventEpisodes;
    private const int SettledEvents = 64;

    private readonly EpisodeSettings _settings;
    private readonly EpisodeLedger _ledger;
    private readonly TimeProvider _clock;
    private readonly Dictionary<IActorRef, string> _holders = []; // watched
    private readonly Queue<(IActorRef Sender, EpisodesReported Report)> _arrived = new();
    private readonly PaceBook _paces;
    private TimeSpan _since; // when it heard that training is as far as it is
    private int _arrivedEpisodes;
    private CollectEpisodes? _collect;
    private IActorRef _learner = ActorRefs.Nobody;
    private readonly EpisodeSpans _spans;
    private bool _isWriting;

    /// <summary>A shard.</summary>
    /// <param name="settings">The run's settings.</param>
    /// <param name="shard">The shard's number.</param>
    /// <param name="clock">Times leases; the system's by default.</param>
    public EpisodeShard(EpisodeSettings settings, int shard, TimeProvider? clock = null)
    {
        (_settings, _clock, _ledger) = (settings, clock ?? TimeProvider.System, new EpisodeLedger(settings, shard));
        (_paces, _since) = (new PaceBook((settings.MaxPolicyLag + 1L) * settings.Plan.BatchSize), _clock.GetElapsedTime(0));
        _spans = new EpisodeSpans(settings.Plan.Run, "journal");
        PersistenceId = PersistenceIdOf(settings.Plan.Run, shard);
        Recover<EpisodesScored>(scored => _ledger.Recover(scored, LastSequenceNr));
        Recover<BatchesTrained>(trained => _ledger.Recover(trained, LastSequenceNr));
        Command<LeaseRequest>(IsOfRun, Lease);
        Command<LeasesReturned>(IsOfRun, returned => _ledger.Return(returned.Holder, returned.Leases));
        Command<Terminated>(Lose);
        Command<EpisodesReported>(Report);
        Command<CollectEpisodes>(IsOfRun, Collect);
        Command<ShardStatusRequest>(IsOfRun, _ => Sender.Tell(Status()));
        Command<EpisodeRequest>(IsOfRun, request => Sender.Tell(_ledger.Tell(request.Episode, _clock.GetElapsedTime(0))));
        Command<IEpisodeShardMessage>(message => Log.Warning("{0} is for run {1}; this is run {2}", message.GetType().Name, message.Run, settings.Plan.Run));
        Command<DeleteMessagesSuccess>(_ => { });
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <summary>Which shard a message is for.</summary>
    public static IMessageExtractor Extractor { get; } = new ShardExtractor();

    /// <summary>A shard's name in the journal.</summary>
    /// <param name="run">The run.</param>
    /// <param name="shard">The shard's number.</param>
    public static string PersistenceIdOf(string run, int shard) => string.Create(CultureInfo.InvariantCulture, $"episodes-{run}-{shard}");

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Gauge.Failed(cause);
        Log.Error(cause, "{0} cannot write to its journal: {1}; it begins again from what is written, and what was not is reported again", PersistenceId, cause.Message);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object message = null!)
    {
        Gauge.Failed(reason);
        Log.Error(reason, "{0} cannot read its journal: {1}; it tries again when it is needed", PersistenceId, reason.Message);
    }

    private bool IsOfRun(IEpisodeShardMessage message) => message.Run == _settings.Plan.Run;

    private void Lease(LeaseRequest request)
    {
        var now = _clock.GetElapsedTime(0);
        if (_holders.TryAdd(Sender, request.Holder)) Context.Watch(Sender);
        Sender.Tell(new Leased
        {
            Run = request.Run,
            Shard = request.Shard,
            Leases = { _ledger.Lease(request.Holder, request.Count, now, _paces.From(request, _settings.Plan.FirstOf(_ledger.Version), now - _since)) },
            Milliseconds = (int)_settings.LeaseDuration.TotalMilliseconds,
            Version = _ledger.Version,
        });
    }

    // A batch waits for every one of its episodes: nobody waits for the end of a dead rollout's leases.
    private void Lose(Terminated terminated)
    {
        if (!_holders.Remove(terminated.ActorRef, out var holder)) return;
        _paces.Lose(holder);
        _ledger.Lose(holder);
    }

    private void Report(EpisodesReported report)
    {
        if (_arrivedEpisodes + report.Episodes.Count > ArrivedEpisodes)
        {
            Sender.Tell(_ledger.Refuse(report, RefusalReason.Busy));
            return;
        }

        _arrived.Enqueue((Sender, report));
        if (EpisodeSpans.AreWanted)
            foreach (var episode in report.Episodes) _spans.Begin(episode.Episode);
        _arrivedEpisodes += report.Episodes.Count;
        Write();
    }

    private void Collect(CollectEpisodes collect)
    {
        (_collect, _learner) = (collect, Sender);
        if (collect.Version <= _ledger.Version)
        {
            Acknowledge();
            SendParts();
        }
        else
        {
            Write();
        }
    }

    // What the learner has trained on comes first, so that the results of its newest policy are not ahead of it.
    private void Write()
    {
        if (_isWriting) return;
        if (_collect is { } collect && _ledger.Train(collect.Version) is { } trained)
        {
            Write(trained, () =>
            {
                _ledger.Apply(trained, LastSequenceNr);
                _since = _clock.GetElapsedTime(0);
                SettleTrained();
                Acknowledge();
                SendParts();
            });
        }
        else if (_arrived.Count > 0)
        {
            var (senders, reports, episodes) = (new List<IActorRef>(), new List<EpisodesReported>(), 0);
            while (episodes < EventEpisodes && _arrived.TryDequeue(out var next))
            {
                senders.Add(next.Sender);
                reports.Add(next.Report);
                episodes += next.Report.Episodes.Count;
            }

            _arrivedEpisodes -= episodes;
            var (scored, answers) = _ledger.Accept(reports);
            if (scored is null)
            {
                Answer();
                Write();
                return;
            }

            Write(scored, () =>
            {
                _ledger.Apply(scored, LastSequenceNr);
                foreach (var episode in scored.Episodes) using (var span = _spans.End(episode.Episode)) span?.SetTag("rlhf.shard", _ledger.Shard);
                Answer();
                foreach (var part in _ledger.OfferPartsOf(scored.Episodes)) Send(part);
            });

            void Answer()
            {
                EndRefused(answers);
                for (var i = 0; i < senders.Count; i++) senders[i].Tell(answers[i]);
            }
        }
    }

    private void EndRefused(IReadOnlyList<ReportAnswered> answers)
    {
        if (_spans.Count == 0) return;
        foreach (var refusal in answers.SelectMany(answer => answer.Refusals))
        {
            using var span = _spans.End(refusal.Episode);
            span?.SetTag("rlhf.shard", _ledger.Shard).SetTag("rlhf.refusal", refusal.Reason.ToString().ToLowerInvariant()).SetStatus(ActivityStatusCode.Error, "refused");
        }
    }

    private void Write(object @event, Action then)
    {
        _isWriting = true;
        WriteAsync(@event, _ =>
        {
            then();
            _isWriting = false;
            Write();
        });
    }

    private void Acknowledge() =>
        _learner.Tell(new ProgressAcknowledged { Run = _settings.Plan.Run, Shard = _ledger.Shard, Version = _ledger.Version });

    private void SendParts()
    {
        var has = _collect!.Has.ToHashSet();
        for (var batch = _ledger.Version; batch <= _collect.ThroughBatch; batch++)
        {
            foreach (var part in _ledger.Offer(batch, has)) _learner.Tell(part);
        }
    }

    private void Send(BatchPart part)
    {
        if (part.Batch <= (_collect?.ThroughBatch ?? -1)) _learner.Tell(part);
    }

    private void SettleTrained()
    {
        if (_ledger.SettledThrough >= SettledThrough + SettledEvents) Settle(_ledger.SettledThrough, _settings.KeepJournal);
    }

    private ShardStatus Status() => new()
    {
        Run = _settings.Plan.Run,
        Shard = _ledger.Shard,
        Version = _ledger.Version,
        Leased = _ledger.Leased,
        Held = _ledger.Held,
        Counters = _ledger.Counters,
        Violations = { _ledger.Violations() },
        WriteMilliseconds = WriteMilliseconds,
        Writing = Writing,
    };

    // Every shard of episodes is a shard of its own to the cluster, so that they spread evenly.
    private sealed class ShardExtractor() : HashCodeMessageExtractor(1)
    {
        public override string? EntityId(object message) =>
            message is IEpisodeShardMessage { Shard: var shard } ? shard.ToString(CultureInfo.InvariantCulture) : null;

        public override string ShardId(string entityId, object? messageHint = null) => entityId;
    }
}
