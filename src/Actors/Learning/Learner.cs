using System.Diagnostics;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace ActorRlhf.Actors.Learning;

/// <summary>
/// The one actor that decides what is trained: it collects the parts of batches from the episode shards, journals each batch before it takes the step, writes checkpoints, and tells the
/// shards how far it is until they have journaled that. What it knows is in a <see cref="TrainingLedger"/>; the steps are taken on a thread of its own.
/// After a crash it loads the last checkpoint and takes the journaled steps behind it again.
/// </summary>
/// <remarks>
/// Operators and alarms pause it between two batches, and to resume goes on from there. When a step fails, or its numbers are no numbers any more, the weights are between two batches: it
/// waits with the reason, and to resume is to recover. Where a disk or the journal fails, it stops: whoever supervises it starts it again after a pause, and it recovers.
/// </remarks>
public sealed partial class Learner : ObservedPersistentActor, IWithTimers
{
    private const long Nothing = 0; // to delete from the journal
    private const int FormedAhead = 2; // one batch is trained on while the next one is written

    private readonly LearnerSettings _settings;
    private readonly TrainingLedger _ledger;
    private readonly ComputeThread _thread = new("learner");
    private readonly Func<ITrainer> _makeTrainer;
    private readonly IActorRef _shards;
    private readonly IActorRef _announcements;
    private readonly TimeProvider _clock;
    private ITrainer? _trainer; // used on the thread only
    private LearnerPhase _phase = LearnerPhase.Loading;
    private string _reason = "";
    private bool _isTraining;
    private bool _isForming;
    private bool _isComputing;
    private bool _isCheckpointing;
    private bool _isSaving; // on the disk, before that is journaled
    private bool _isStopping;
    private long _replayEnd;
    private TimeSpan? _checkpointed;

    /// <summary>A learner.</summary>
    /// <param name="settings">How to go about it.</param>
    /// <param name="makeTrainer">Makes the trainer, on the learner's own thread.</param>
    /// <param name="shards">Passes messages on to episode shards.</param>
    /// <param name="announcements">Is told of every new policy (<see cref="PolicyTrained"/>).</param>
    /// <param name="clock">Times checkpoints; the system's by default.</param>
    public Learner(LearnerSettings settings, Func<ITrainer> makeTrainer, IActorRef shards, IActorRef announcements, TimeProvider? clock = null)
    {
        (_settings, _makeTrainer, _shards, _announcements, _clock) = (settings, makeTrainer, shards, announcements, clock ?? TimeProvider.System);
        _ledger = new TrainingLedger(settings.Plan, settings.MaxPolicyLag);
        _spans = new EpisodeSpans(settings.Plan.Run, "train");
        PersistenceId = PersistenceIdOf(settings.Plan.Run);
        Recover<BatchFormed>(formed => Past(() => _ledger.Recover(formed, LastSequenceNr)));
        Recover<CheckpointWritten>(written => Past(() => _ledger.Recover(written, LastSequenceNr)));
        Recover<TrainingSteered>(steered => Past(() => _ledger.Recover(steered)));
        Recover<RecoveryCompleted>(_ => Begin());
        Command<BatchPart>(part =>
        {
            if (_ledger.Offer(part)) Form();
        });
        Command<ProgressAcknowledged>(_ledger.Acknowledge);
        Command<Done>(done => ReferenceEquals(done.Thread, _thread), done => done.Then());
        Command<Done>(_ => { }); // of the instance before a restart
        Command<PauseTraining>(Pause);
        Command<ResumeTraining>(Resume);
        Command<ChangeSetting>(Change);
        Command<WriteCheckpoint>(_ => Save());
        Command<StopTraining>(_ =>
        {
            _isStopping = true;
            Step();
        });
        Command<LearnerStatusRequest>(_ => Sender.Tell(Status()));
        Command<Tick>(_ => Collect());
        Command<DeleteMessagesSuccess>(deleted =>
        {
            if (deleted.ToSequenceNr == Nothing) Load();
        });
        Command<DeleteMessagesFailure>(failure => failure.ToSequenceNr == Nothing, failure => StartAgain(failure.Cause));
        Command<DeleteMessagesFailure>(failure => Log.Warning("what is trained stays in the journal for now: {0}", failure.Cause.Message));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <summary>A run's learner's name in the journal.</summary>
    public static string PersistenceIdOf(string run) => $"learner-{run}";

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _thread.Run(() =>
        {
            _trainer?.Dispose();
            return true;
        });
        _thread.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Gauge.Failed(cause);
        Log.Error(cause, "the learner cannot write to its journal: {0}; it begins again from what is written", cause.Message);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object message = null!)
    {
        Gauge.Failed(reason);
        Log.Error(reason, "the learner cannot read its journal: {0}; it tries again after a pause", reason.Message);
    }

    private bool IsLive => _phase is LearnerPhase.Training or LearnerPhase.Replaying;

    private void Past(Action recover)
    {
        if (_phase == LearnerPhase.Failed) return;
        try
        {
            recover();
        }
        catch (UserErrorException e)
        {
            Fail(e); // another run's
        }
    }

    // Who has stood still while another took over is told so by the journal, which refuses it, before it touches what the other one writes.
    private void Begin()
    {
        if (_phase == LearnerPhase.Failed) return;
        Compute(
            () =>
            {
                _trainer = _makeTrainer();
                return true;
            },
            _ => DeleteMessages(Nothing));
    }

    private void Load() => Compute(
        () => (Version: _trainer!.Load(), _trainer.Alarms),
        loaded =>
        {
            _decided = Math.Max(_ledger.CheckpointVersion, _ledger.Steering.DecidedThrough);
            try
            {
                _ledger.StartFrom(loaded.Version);
            }
            catch (UserErrorException e)
            {
                Fail(e);
                return;
            }

            _checkpointed = _clock.GetElapsedTime(0);
            _replayEnd = _ledger.Formed;
            _phase = LearnerPhase.Replaying;
            Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _settings.Retry, _settings.Retry);
            Raised(loaded.Alarms);
            Steer(_ledger.Steering.Before(loaded.Version));
        });

    // What there is to do next: the end of replaying, a checkpoint, a step, or to wait for a batch.
    private void Step()
    {
        if (_isStopping)
        {
            StepToStop();
            return;
        }

        if (!IsLive || _isComputing || _isBroken) return;
        if (_phase == LearnerPhase.Replaying && (_ledger.Version == _replayEnd || IsPaused))
        {
            _phase = LearnerPhase.Training;
            Announce();
            Form();
        }

        if (IsCheckpointDue())
        {
            WriteNow();
        }
        else if (_ledger.NextUntrained() is { } batch && !IsPaused)
        {
            var steering = _ledger.Steering.At(batch.Batch);
            _isTraining = true;
            BeginSpans(batch);
            Compute(
                () =>
                {
                    var started = Stopwatch.GetTimestamp();
                    foreach (var steered in steering) _trainer!.Steer(steered, isPast: false);
                    _trainer!.Train(batch);
                    var taken = Stopwatch.GetElapsedTime(started).TotalSeconds;
                    _steps.Add(taken);
                    ActorMetrics.TrainingUpdate.Record(taken);
                    return _trainer.Alarms;
                },
                alarms =>
                {
                    _isTraining = false;
                    EndSpans(batch);
                    _ledger.Trained();
                    Raised(alarms);
                    if (_phase == LearnerPhase.Training) Announce();
                    Form();
                });
        }
        else if (_ledger.IsFinished && !_isCheckpointing)
        {
            _phase = LearnerPhase.Finished;
        }
    }

    // What is under way comes back here when it is done.
    private void StepToStop()
    {
        if (_phase != LearnerPhase.Failed && !_isBroken)
        {
            if (_isComputing || _isForming || _isCheckpointing) return;
            if (_ledger.Version > _ledger.CheckpointVersion)
            {
                WriteNow();
                return;
            }
        }

        Context.Stop(Self);
    }

    private bool IsCheckpointDue()
    {
        var behind = _ledger.Version - _ledger.CheckpointVersion;
        return behind > 0 && !_isCheckpointing
            && (_ledger.IsFinished || _savers.Count > 0 || behind >= _settings.CheckpointBatches || _clock.GetElapsedTime(0) - _checkpointed >= _settings.CheckpointInterval);
    }

    private void WriteNow()
    {
        var version = _ledger.Version;
        (_isCheckpointing, _isSaving) = (true, true);
        Compute(
            () =>
            {
                _trainer!.Checkpoint(version);
                return version;
            },
            Checkpointed);
    }

    private void Checkpointed(long version)
    {
        _checkpointed = _clock.GetElapsedTime(0);
        _isSaving = false;
        WriteAsync(_ledger.Checkpoint(version), written =>
        {
            _ledger.Apply(written, LastSequenceNr);
            _isCheckpointing = false;
            foreach (var saver in _savers) Answer(saver, true, $"the checkpoint after {version} of {_settings.Plan.Batches} batches is on the disk");
            _savers.Clear();
            if (_ledger.SettledThrough > SettledThrough) Settle(_ledger.SettledThrough, _settings.KeepJournal);
            Step();
        });
    }

    private void Form()
    {
        if (_phase != LearnerPhase.Training || IsPaused || _isStopping || _isForming || _ledger.Untrained >= FormedAhead || _ledger.Form() is not { } formed) return;
        _isForming = true;
        WriteAsync(formed, batch =>
        {
            _isForming = false;
            _ledger.Apply(batch, LastSequenceNr);
            Step();
            Form();
        });
    }

    // Shards hear of a version before those who generate with it, so that its results are not ahead of them.
    private void Announce()
    {
        Collect();
        _announcements.Tell(new PolicyTrained { Run = _settings.Plan.Run, Version = _ledger.Version });
    }

    private void Collect()
    {
        if (_phase is not (LearnerPhase.Training or LearnerPhase.Finished)) return;
        for (var shard = 0; shard < _settings.Plan.Shards; shard++)
        {
            if (_ledger.Collect(shard) is { } collect) _shards.Tell(collect);
        }
    }

    private void Compute<T>(Func<T> work, Action<T> then)
    {
        _isComputing = true;
        var thread = _thread;
        thread.Run(work).PipeTo(
            Self,
            Self,
            result => new Done(thread, () =>
            {
                _isComputing = false;
                then(result);
                Step();
            }),
            cause => new Done(thread, () =>
            {
                if (cause is IOException) StartAgain(cause);
                else if (cause is TrainingStoppedException stopped) Break(stopped.Alarm);
                else Fail(cause);
            }));
    }

    private void Fail(Exception cause)
    {
        (_phase, _reason, _isComputing, _isTraining) = (LearnerPhase.Failed, cause.Message, false, false);
        Gauge.Failed(cause);
        Log.Error(cause, "training has stopped after {0} batches", _ledger.Version);
        Step();
    }

    // Something that it needs is not there now; it is looked for again when the learner has been started again.
    private void StartAgain(Exception cause)
    {
        Gauge.Failed(cause);
        Log.Error(cause, "the learner stops: {0}; it begins again from the last checkpoint after a pause", cause.Message);
        Context.Stop(Self);
    }

    private sealed record Done(ComputeThread Thread, Action Then) : INoSerializationVerificationNeeded;

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
