using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
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
/// When training fails, the weights are between two steps: it pauses with the reason, and to resume is to recover. Where a disk or the journal fails, it stops: whoever supervises it
/// starts it again after a pause, and it recovers.
/// </remarks>
public sealed class Learner : ReceivePersistentActor, IWithTimers
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
    private bool _isPaused;
    private bool _isForming;
    private bool _isComputing;
    private bool _isCheckpointing;
    private bool _isStopping;
    private long _replayEnd;
    private TimeSpan _checkpointed;
    private long _deleted;

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
        PersistenceId = PersistenceIdOf(settings.Plan.Run);
        Recover<BatchFormed>(formed => Past(() => _ledger.Recover(formed, LastSequenceNr)));
        Recover<CheckpointWritten>(written => Past(() => _ledger.Recover(written, LastSequenceNr)));
        Recover<RecoveryCompleted>(_ => Begin());
        Command<BatchPart>(part =>
        {
            if (_ledger.Offer(part)) Form();
        });
        Command<ProgressAcknowledged>(_ledger.Acknowledge);
        Command<Done>(done => ReferenceEquals(done.Thread, _thread), done => done.Then());
        Command<Done>(_ => { }); // of the instance before a restart
        Command<PauseTraining>(pause => Pause(pause.Reason));
        Command<ResumeTraining>(_ => Resume());
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
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.Error(cause, "the learner cannot write to its journal: {0}; it begins again from what is written", cause.Message);

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object message = null!) =>
        Log.Error(reason, "the learner cannot read its journal: {0}; it tries again after a pause", reason.Message);

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
        () => _trainer!.Load(),
        version =>
        {
            try
            {
                _ledger.StartFrom(version);
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
            Step();
        });

    // What there is to do next: the end of replaying, a checkpoint, a step, or to wait for a batch.
    private void Step()
    {
        if (_isStopping)
        {
            StepToStop();
            return;
        }

        if (!IsLive || _isComputing || _isPaused) return;
        if (_phase == LearnerPhase.Replaying && _ledger.Version == _replayEnd)
        {
            _phase = LearnerPhase.Training;
            Announce();
            Form();
        }

        if (IsCheckpointDue())
        {
            WriteCheckpoint();
        }
        else if (_ledger.NextUntrained() is { } batch)
        {
            Compute(
                () =>
                {
                    _trainer!.Train(batch);
                    return true;
                },
                _ =>
                {
                    _ledger.Trained();
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
        if (_phase != LearnerPhase.Failed)
        {
            if (_isComputing || _isForming || _isCheckpointing) return;
            if (_ledger.Version > _ledger.CheckpointVersion)
            {
                WriteCheckpoint();
                return;
            }
        }

        Context.Stop(Self);
    }

    private bool IsCheckpointDue()
    {
        var behind = _ledger.Version - _ledger.CheckpointVersion;
        return behind > 0 && !_isCheckpointing
            && (_ledger.IsFinished || behind >= _settings.CheckpointBatches || _clock.GetElapsedTime(0) - _checkpointed >= _settings.CheckpointInterval);
    }

    private void WriteCheckpoint()
    {
        var version = _ledger.Version;
        _isCheckpointing = true;
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
        PersistAsync(_ledger.Checkpoint(version), written =>
        {
            _ledger.Apply(written, LastSequenceNr);
            _isCheckpointing = false;
            if (!_settings.KeepJournal && _ledger.DeletableThrough > _deleted)
            {
                _deleted = _ledger.DeletableThrough;
                DeleteMessages(_deleted);
            }

            Step();
        });
    }

    private void Form()
    {
        if (_phase != LearnerPhase.Training || _isPaused || _isStopping || _isForming || _ledger.Untrained >= FormedAhead || _ledger.Form() is not { } formed) return;
        _isForming = true;
        PersistAsync(formed, batch =>
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

    private void Pause(string reason)
    {
        if (_phase == LearnerPhase.Failed) return;
        (_isPaused, _reason) = (true, reason);
        Log.Warning("training is paused: {0}", reason);
    }

    private void Resume()
    {
        if (_phase == LearnerPhase.Failed) throw new InvalidOperationException($"training goes on from the last checkpoint after: {_reason}");
        (_isPaused, _reason) = (false, "");
        Step();
        Form();
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
                else Fail(cause);
            }));
    }

    private void Fail(Exception cause)
    {
        (_phase, _reason, _isComputing) = (LearnerPhase.Failed, cause.Message, false);
        Log.Error(cause, "training has stopped after {0} batches", _ledger.Version);
        Step();
    }

    // Something that it needs is not there now; it is looked for again when the learner has been started again.
    private void StartAgain(Exception cause)
    {
        Log.Error(cause, "the learner stops: {0}; it begins again from the last checkpoint after a pause", cause.Message);
        Context.Stop(Self);
    }

    private LearnerStatus Status() => new()
    {
        Run = _settings.Plan.Run,
        Phase = _isPaused && IsLive ? LearnerPhase.Paused : _phase,
        Reason = _reason,
        Batches = _settings.Plan.Batches,
        Formed = _ledger.Formed,
        Version = _ledger.Version,
        CheckpointVersion = _ledger.CheckpointVersion,
        InHand = _ledger.InHand,
        Counters = _ledger.Counters,
        Violations = { _ledger.Violations() },
        Acknowledged = _ledger.IsAcknowledged,
    };

    private sealed record Done(ComputeThread Thread, Action Then) : INoSerializationVerificationNeeded;

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
