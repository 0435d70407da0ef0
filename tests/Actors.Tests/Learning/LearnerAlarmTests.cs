using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Alarms;
using Akka.Actor;
using Alarm = ActorRlhf.Model.Alarms.Alarm;
using AlarmPoint = ActorRlhf.Model.Alarms.AlarmPoint;
using AlarmSample = ActorRlhf.Model.Alarms.AlarmSample;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>What the learner does with the alarms of its trainer.</summary>
public sealed class LearnerAlarmTests
{
    private static readonly Alarm Kl = new(
        AlarmMetric.Kl, AlarmLevel.Stop, 73.5, 40, 1, 1, IsAccepted: false, "KL is 73.50 nats an episode, above 40 since update 1.", [new AlarmPoint(1, 73.5)],
        [new AlarmSample(17, [4, 4, 4], 2.5, 90.25, 0)]);

    [Fact]
    public async Task A_stop_alarm_pauses_before_the_next_step_and_says_what_is_wrong()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, Settings, () => new ChainTrainer(database.Folder, alarms: batch => batch.Batch == 0 ? [Kl] : []));
        Assert.Equal(0, life.NextVersion());
        life.Send(1);
        life.Send(0);
        Assert.Equal(1, life.NextVersion());
        var status = await life.Status();
        Assert.Equal((LearnerPhase.Paused, Kl.Message, 1), (status.Phase, status.Reason, status.Version));
        var raised = Assert.Single(status.Alarms).ToAlarm();
        Assert.Equal(Kl with { History = raised.History, Samples = raised.Samples }, raised);
        Assert.Equal(Kl.History, raised.History);
        Assert.Equal((17L, 90.25, "4 4 4"), (raised.Samples[0].Episode, raised.Samples[0].Kl, string.Join(' ', raised.Samples[0].Response)));
        life.Learner.Tell(new ResumeTraining());
        Assert.Equal(2, life.NextVersion());
        Assert.Empty((await life.Status()).Alarms);
    }

    [Fact]
    public async Task A_warning_or_an_accepted_alarm_is_told_and_training_goes_on()
    {
        await using var database = new RunDatabase();
        Alarm[] alarms = [Kl with { IsAccepted = true }, Kl with { Level = AlarmLevel.Warn, Metric = AlarmMetric.GradientNorm }];
        var life = await LearnerLife.Start(database, Settings, () => new ChainTrainer(database.Folder, alarms: _ => alarms));
        life.Send(0);
        life.AwaitVersion(1);
        var status = await life.Status();
        Assert.Equal(LearnerPhase.Training, status.Phase);
        Assert.Equal([("kl", true, true), ("gradient-norm", false, false)], status.Alarms.Select(alarm => (alarm.Metric, alarm.IsStop, alarm.IsAccepted)));
    }

    [Theory]
    [InlineData("entropy", "entropy is not beyond the limit to stop at, so there is nothing to accept; what is: kl")]
    [InlineData("gradient-norm", "gradient-norm is not beyond the limit to stop at")]
    public async Task What_is_not_beyond_its_limit_cannot_be_accepted(string accepted, string said)
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, Settings, () => new ChainTrainer(database.Folder, alarms: _ => [Kl]));
        life.Send(0);
        await life.Until(status => status.Phase == LearnerPhase.Paused);
        var answer = await life.Learner.Ask<SteeringAnswered>(new ResumeTraining { Operator = "ada", Accepted = { "kl", accepted } }, RunDatabase.Patience);
        Assert.False(answer.Done);
        Assert.Contains(said, answer.Text, StringComparison.Ordinal);
        Assert.Equal(LearnerPhase.Paused, (await life.Status()).Phase);
    }

    [Fact]
    public async Task A_step_that_cannot_be_taken_waits_and_is_taken_again_from_the_checkpoint()
    {
        await using var database = new RunDatabase();
        var (fails, trained) = (true, new List<long>());
        var nan = Kl with { Metric = AlarmMetric.Nan, Message = "ppo/loss/policy is NaN" };
        var life = await LearnerLife.Start(database, Settings with { CheckpointBatches = 1 }, () => new ChainTrainer(database.Folder, batch =>
        {
            if (batch.Batch == 1 && Volatile.Read(ref fails)) throw new TrainingStoppedException(nan, new ArithmeticException());
            trained.Add(batch.Batch);
        }));
        life.Send(0);
        life.AwaitVersion(1);
        life.Send(1);
        await life.Until(status => status.Phase == LearnerPhase.Paused);
        var status = await life.Status();
        Assert.Equal((nan.Message, 1L, "nan"), (status.Reason, status.Version, status.Alarms.Single().Metric));
        Assert.Equal(1, ChainTrainer.Newest(database.Folder).Version);
        Volatile.Write(ref fails, false);
        life.Learner.Tell(new ResumeTraining());
        life.AwaitVersion(2);
        Assert.Equal([0, 1], trained);
    }

    [Fact]
    public async Task What_a_step_left_half_way_is_not_written_to_a_checkpoint_when_the_learner_is_told_to_stop()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, Settings, () => new ChainTrainer(database.Folder, batch =>
        {
            if (batch.Batch == 1) throw new TrainingStoppedException(Kl, new ArithmeticException());
        }));
        life.Send(0);
        life.AwaitVersion(1);
        life.Send(1);
        await life.Until(status => status.Phase == LearnerPhase.Paused);
        life.Kit.Watch(life.Learner);
        life.Learner.Tell(StopTraining.Instance);
        life.Kit.ExpectTerminated(life.Learner, RunDatabase.Patience);
        Assert.Empty(Directory.EnumerateFiles(database.Folder, "*.chain"));
    }

    [Fact]
    public async Task What_an_alarm_has_stopped_waits_in_the_next_life_too_behind_the_same_batch()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, Settings, Trainer);
        life.Send(1);
        life.Send(0);
        life.AwaitVersion(1);
        await life.Until(status => status is { Phase: LearnerPhase.Paused, Formed: 2 } or { Phase: LearnerPhase.Paused, InHand: 64 });
        life = await LearnerLife.Start(database, Settings, Trainer);
        life.AwaitVersion(1); // rollouts need the weights
        var status = await life.Status();
        Assert.Equal((LearnerPhase.Paused, Kl.Message, 1L, "kl"), (status.Phase, status.Reason, status.Version, status.Alarms.Single().Metric));
        life.Learner.Tell(new ResumeTraining());
        life.Send(1);
        life.AwaitVersion(2);
        life = await LearnerLife.Start(database, Settings, Trainer); // on the way it meets the alarm again, which was dealt with
        life.AwaitVersion(2);
        Assert.Equal(LearnerPhase.Training, (await life.Status()).Phase);

        ChainTrainer Trainer() => new(database.Folder, alarms: batch => batch.Batch == 0 ? [Kl] : []);
    }

    [Fact]
    public async Task A_stop_that_did_not_reach_the_journal_is_made_up_for_when_the_batch_is_trained_on_again()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, Settings, () => new ChainTrainer(database.Folder)); // this one dies before it can say that there was an alarm
        life.Send(0);
        life.AwaitVersion(1);
        life = await LearnerLife.Start(database, Settings, () => new ChainTrainer(database.Folder, alarms: _ => [Kl]));
        await life.Until(status => status is { Phase: LearnerPhase.Paused, Version: 1 });
        Assert.Equal(1, database.Query<long>("SELECT count(*) FROM journal WHERE manifest = 'ln.steered.1'")[0]);
    }

    [Fact]
    public async Task While_training_waits_a_setting_counts_for_the_batch_that_could_not_be_trained_on()
    {
        await using var database = new RunDatabase();
        var settings = Settings with { CheckSetting = (_, _) => { } };
        var life = await LearnerLife.Start(database, settings, () => new Tempered(database.Folder));
        life.Send(1);
        life.Send(0);
        await life.Until(status => status is { Phase: LearnerPhase.Paused, Version: 0 });
        life.Learner.Tell(new ChangeSetting { Key = "temper", Value = "cool" });
        life.Learner.Tell(new ResumeTraining());
        life.AwaitVersion(2);
    }

    [Fact]
    public async Task An_alarm_that_does_not_exist_cannot_be_accepted()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, Settings, () => new ChainTrainer(database.Folder));
        life.AwaitVersion(0);
        var answer = await life.Learner.Ask<SteeringAnswered>(new ResumeTraining { Accepted = { "KL", "klo" } }, RunDatabase.Patience);
        Assert.False(answer.Done);
        Assert.StartsWith("no alarm watches \"klo\"; there are kl, ", answer.Text);
    }

    private static LearnerSettings Settings => LearnerLife.Settings with { MaxPolicyLag = 1 };

    /// <summary>Cannot train before it is told to be cool.</summary>
    private sealed class Tempered(string folder) : ITrainer
    {
        private readonly ChainTrainer _trainer = new(folder);
        private bool _isCool;

        public IReadOnlyList<Alarm> Alarms => [];

        public long Load() => _trainer.Load();

        public void Steer(Steering steering, bool isPast) => _isCool |= steering.Value == "cool";

        public void Train(BatchFormed batch)
        {
            if (!_isCool) throw new TrainingStoppedException(Kl, new ArithmeticException());
            _trainer.Train(batch);
        }

        public void Checkpoint(long version) => _trainer.Checkpoint(version);

        public void Dispose() => _trainer.Dispose();
    }
}
