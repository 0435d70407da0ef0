using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using Akka.Actor;
using Akka.Event;

namespace ActorRlhf.Actors.Learning;

/// <content>Pauses, settings and alarms: what operators say about the training, in the journal among the batches.</content>
public sealed partial class Learner
{
    private readonly List<IActorRef> _savers = []; // who asked for the checkpoint that is due
    private IReadOnlyList<Alarm> _alarms = [];
    private bool _isHolding; // what an alarm has stopped, until that is on the disk
    private bool _isBroken; // the weights are of no more use
    private long _decided; // batches before it do not wait for anybody any more

    // What is replayed was trained on before the pause, but not what was formed by then and not trained on.
    private bool IsPaused => _isHolding
        || (_ledger.Steering.IsPaused && (_phase == LearnerPhase.Training || (_phase == LearnerPhase.Replaying && _ledger.Steering.PausedFrom <= _ledger.Version)));

    // What stopped training in another life has been decided on, unless the process died before that was on the disk.
    private void Raised(IReadOnlyList<Alarm> alarms, bool isDecided = true)
    {
        _alarms = alarms;
        if (alarms.FirstOrDefault(alarm => alarm.Stops) is not { } stop || (isDecided && _ledger.Version <= _decided)) return;
        _isHolding = true;
        Steer(new Steering { Kind = SteeringKind.Paused, Operator = $"alarm {stop.Metric.Name()}", Reason = stop.Message }, ActorRefs.Nobody, $"training pauses after {_ledger.Version} of {_settings.Plan.Batches} batches");
    }

    // A step went wrong half way; the journal has all that is behind the last checkpoint.
    private void Break(Alarm alarm)
    {
        (_isComputing, _isTraining, _isBroken) = (false, false, true);
        Raised([alarm], isDecided: false);
        Step();
    }

    private void Pause(PauseTraining pause)
    {
        if (CanSteer() && pause.Reason.Length == 0) Answer(Sender, false, "a pause needs a reason, for those who come after");
        else if (CanSteer())
        {
            Steer(new Steering { Kind = SteeringKind.Paused, Operator = pause.Operator, Reason = pause.Reason }, Sender, $"training pauses after {NextTrained} of {_settings.Plan.Batches} batches");
        }
    }

    private void Resume(ResumeTraining resume)
    {
        if (_phase == LearnerPhase.Failed)
        {
            Answer(Sender, true, "training begins again from the last checkpoint");
            throw new InvalidOperationException($"training goes on from the last checkpoint after: {_reason}");
        }

        if (!CanSteer()) return;
        try
        {
            foreach (var metric in resume.Accepted.Select(AlarmMetrics.Parse).ToList()) RequireStopping(metric);
        }
        catch (UserErrorException e)
        {
            Answer(Sender, false, e.Message);
            return;
        }

        if (!_ledger.Steering.IsPaused && resume.Accepted.Count == 0) Answer(Sender, false, "training is not paused");
        else Steer(new Steering { Kind = SteeringKind.Resumed, Operator = resume.Operator, Reason = resume.Reason, Accepted = { resume.Accepted } }, Sender, "training goes on");
    }

    private void RequireStopping(AlarmMetric metric)
    {
        if (_alarms.Any(alarm => alarm.Metric == metric && alarm.Level == AlarmLevel.Stop)) return;
        var stopping = string.Join(", ", _alarms.Where(alarm => alarm.Stops).Select(alarm => alarm.Metric.Name()));
        throw new UserErrorException($"{metric.Name()} is not beyond the limit to stop at, so there is nothing to accept; {(stopping.Length > 0 ? $"what is: {stopping}" : "no alarm stops the training now")}");
    }

    private void Change(ChangeSetting change)
    {
        if (!CanSteer()) return;
        try
        {
            _settings.CheckSetting(change.Key, change.Value);
        }
        catch (UserErrorException e)
        {
            Answer(Sender, false, e.Message);
            return;
        }

        var steering = new Steering { Kind = SteeringKind.Set, Operator = change.Operator, Reason = change.Reason, Key = change.Key, Value = change.Value };
        Steer(steering, Sender, $"{change.Key} is {change.Value} from batch {NextSet} on");
    }

    private void Save()
    {
        if (!CanSteer()) return;
        if (_isBroken) Answer(Sender, false, $"the weights are of no more use; the last checkpoint is the one after {_ledger.CheckpointVersion} batches");
        else if (_ledger.Version == _ledger.CheckpointVersion && !_isTraining) Answer(Sender, true, $"the last checkpoint has all {_ledger.Version} batches already");
        else
        {
            _savers.Add(Sender);
            Step();
        }
    }

    private bool CanSteer()
    {
        var obstacle = _phase switch
        {
            LearnerPhase.Loading => "the learner is loading; try again in a moment",
            LearnerPhase.Failed => $"training has stopped: {_reason}",
            LearnerPhase.Finished => "the run is finished",
            _ => _isStopping ? "the learner is leaving its node; try again in a moment" : null,
        };
        if (obstacle is not null) Answer(Sender, false, obstacle);
        return obstacle is null;
    }

    // The batch that is being written has its number already.
    private long NextFormed => _ledger.Formed + (_isForming ? 1 : 0);

    private long NextTrained => _ledger.Version + (_isTraining ? 1 : 0);

    // While training is paused, nothing begins that a setting would be too late for.
    private long NextSet => IsPaused ? NextTrained : NextFormed;

    // Nothing else happens before it is on the disk.
    private void Steer(Steering steering, IActorRef asker, string answer)
    {
        steering.Milliseconds = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        steering.Batch = steering.Kind == SteeringKind.Set ? NextSet : NextTrained;
        Persist(_ledger.Steer(steering), steered =>
        {
            _ledger.Steering.Apply(steered.Steering);
            _isHolding = false;
            Log.Warning("{0} by {1}: {2}", answer, steering.Operator, steering.Reason);
            Answer(asker, true, answer);
            if (_isBroken && steering.Kind == SteeringKind.Resumed) throw new InvalidOperationException($"training goes on from the last checkpoint after: {_alarms[0].Message}");
            Step();
            Form();
        });
    }

    private static void Answer(IActorRef asker, bool done, string text) => asker.Tell(new SteeringAnswered { Done = done, Text = text });

    private void Steer(IReadOnlyList<Steering> past) => Compute(
        () =>
        {
            foreach (var steering in past) _trainer!.Steer(steering, isPast: true);
            return true;
        },
        _ => { });
}
