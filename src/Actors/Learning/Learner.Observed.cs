using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;

namespace ActorRlhf.Actors.Learning;

/// <content>How it is, for those who ask.</content>
public sealed partial class Learner
{
    private readonly RecentSum _steps = new(seconds: 600); // of time in seconds
    private readonly RecentShares<LearnerActivity> _time = new(LearnerActivity.Loading);
    private readonly EpisodeSpans _spans;

    private LearnerActivity Activity => _phase switch
    {
        LearnerPhase.Loading => LearnerActivity.Loading,
        LearnerPhase.Failed or LearnerPhase.Finished => LearnerActivity.Idle,
        _ when _isComputing && _isSaving => LearnerActivity.WritingCheckpoint,
        _ when _isComputing => _phase == LearnerPhase.Replaying ? LearnerActivity.Replaying : LearnerActivity.Training,
        _ when IsPaused => LearnerActivity.Idle,
        _ => _isForming ? LearnerActivity.WaitingForJournal : LearnerActivity.WaitingForEpisodes,
    };

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        var isHandled = base.AroundReceive(receive, message);
        _time.Enter(Activity);
        return isHandled;
    }

    private void BeginSpans(BatchFormed batch)
    {
        if (!EpisodeSpans.AreWanted) return;
        foreach (var episode in batch.Episodes) _spans.Begin(episode.Episode);
    }

    private void EndSpans(BatchFormed batch)
    {
        if (_spans.Count == 0) return;
        foreach (var episode in batch.Episodes)
        {
            using var span = _spans.End(episode.Episode);
            span?.SetTag("rlhf.batch", batch.Batch).SetTag("rlhf.policy_version", batch.PolicyVersion).SetTag("rlhf.replayed", _phase == LearnerPhase.Replaying);
        }
    }

    private LearnerStatus Status()
    {
        var status = new LearnerStatus
        {
            Run = _settings.Plan.Run,
            Phase = IsPaused ? LearnerPhase.Paused : _phase,
            Reason = IsPaused ? _ledger.Steering.Reason : _reason,
            Batches = _settings.Plan.Batches,
            Formed = _ledger.Formed,
            Version = _ledger.Version,
            CheckpointVersion = _ledger.CheckpointVersion,
            InHand = _ledger.InHand,
            Counters = _ledger.Counters,
            Violations = { _ledger.Violations() },
            Acknowledged = _ledger.IsAcknowledged,
            Alarms = { _alarms.Select(RaisedAlarm.Of) },
            BatchInHand = _ledger.BatchInHand,
            BatchSize = _ledger.BatchSize,
            Busy = _thread.Busy,
            StepSeconds = _steps.Mean,
            WriteMilliseconds = WriteMilliseconds,
            Time = { _time.Shares() },
        };
        if (_checkpointed is { } at) status.CheckpointAgeMilliseconds = (long)(_clock.GetElapsedTime(0) - at).TotalMilliseconds;
        return status;
    }
}
