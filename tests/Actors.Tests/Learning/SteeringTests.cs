using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using Akka.Actor;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>What operators decide about training is on the disk before it counts, and counts again after a crash. Batches of 64, one shard.</summary>
public sealed class SteeringTests
{
    private static readonly LearnerSettings _settings = LearnerLife.Settings with
    {
        CheckSetting = (key, value) =>
        {
            if (key != "temper") throw new UserErrorException($"{key} cannot be {value}");
        },
    };

    [Fact]
    public async Task A_pause_holds_until_it_is_lifted_also_in_the_next_life()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, _settings, () => new ChainTrainer(database.Folder));
        life.Send(0);
        life.AwaitVersion(1);
        var answer = await Ask(life, new PauseTraining { Operator = "ann", Reason = "KL looks odd" });
        Assert.Equal((true, "training pauses after 1 of 5 batches"), (answer.Done, answer.Text));
        life.Send(1);
        await life.Until(status => status is { Phase: LearnerPhase.Paused, Reason: "KL looks odd", InHand: 64, Formed: 1 });

        life = await LearnerLife.Start(database, _settings, () => new ChainTrainer(database.Folder));
        life.AwaitVersion(1); // rollouts need the weights
        life.Send(1);
        await life.Until(status => status is { Phase: LearnerPhase.Paused, Reason: "KL looks odd", InHand: 64, Formed: 1 });
        Assert.Equal((true, "training goes on"), Sentence(await Ask(life, new ResumeTraining { Operator = "bob", Reason = "it was nothing" })));
        life.AwaitVersion(2);
        Assert.Equal((false, "training is not paused"), Sentence(await Ask(life, new ResumeTraining())));
    }

    [Fact]
    public async Task A_pause_outlives_checkpoints_that_delete_the_journal_before_them()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, _settings, () => new ChainTrainer(database.Folder));
        for (var batch = 0; batch < 3; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
            if (batch == 1) Assert.True((await Ask(life, new PauseTraining { Reason = "a drill" })).Done);
            Assert.Equal((true, $"the checkpoint after {batch + 1} of 5 batches is on the disk"), Sentence(await Ask(life, new WriteCheckpoint())));
            if (batch == 1) Assert.True((await Ask(life, new ResumeTraining())).Done);
        }

        Assert.True((await Ask(life, new PauseTraining { Reason = "for good" })).Done);
        Assert.Equal((true, "the last checkpoint has all 3 batches already"), Sentence(await Ask(life, new WriteCheckpoint())));
        life.Kit.AwaitCondition(() => database.Query<long>("SELECT count(*) FROM journal WHERE manifest = 'ln.steered.1' AND deleted = 0")[0] <= 1, RunDatabase.Patience);
        life = await LearnerLife.Start(database, _settings, () => new ChainTrainer(database.Folder));
        await life.Until(status => status is { Phase: LearnerPhase.Paused, Reason: "for good", Version: 3 });
    }

    [Fact]
    public async Task A_setting_counts_from_the_next_batch_on_and_after_a_crash_from_the_same_one()
    {
        await using var database = new RunDatabase();
        var heard = new List<string>();
        var life = await LearnerLife.Start(database, _settings, Trainer);
        life.Send(0);
        life.AwaitVersion(1);
        Assert.True((await Ask(life, new WriteCheckpoint())).Done);
        Assert.Equal((true, "temper is 2 from batch 1 on"), Sentence(await Ask(life, new ChangeSetting { Operator = "ann", Reason = "why not", Key = "temper", Value = "2" })));
        life.Send(1);
        life.AwaitVersion(2);
        Assert.True((await Ask(life, new ChangeSetting { Key = "temper", Value = "3" })).Done);
        life.Send(2);
        life.AwaitVersion(3);
        string[] told = ["temper = 2", "train 1", "temper = 3", "train 2"];
        Assert.Equal(["train 0", .. told], heard);
        heard.Clear();
        life = await LearnerLife.Start(database, _settings, Trainer);
        life.AwaitVersion(3);
        Assert.Equal(told, heard);
        Assert.True((await Ask(life, new WriteCheckpoint())).Done);
        heard.Clear();
        life = await LearnerLife.Start(database, _settings, Trainer);
        life.AwaitVersion(3);
        Assert.Equal(["temper = 2, before", "temper = 3, before"], heard);

        ITrainer Trainer() => new Told(new ChainTrainer(database.Folder, batch => heard.Add($"train {batch.Batch}")), heard);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_the_reason_and_changes_nothing()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, _settings, () => new ChainTrainer(database.Folder));
        life.AwaitVersion(0);
        Assert.Equal((false, "colour cannot be red"), Sentence(await Ask(life, new ChangeSetting { Key = "colour", Value = "red" })));
        Assert.Equal((false, "a pause needs a reason, for those who come after"), Sentence(await Ask(life, new PauseTraining())));
        Assert.Equal(0, database.Query<long>("SELECT count(*) FROM journal WHERE manifest = 'ln.steered.1'")[0]);
        for (var batch = 0; batch < 5; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
        }

        await life.Until(status => status.Phase == LearnerPhase.Finished);
        Assert.Equal((false, "the run is finished"), Sentence(await Ask(life, new PauseTraining { Reason = "too late" })));
    }

    private static Task<SteeringAnswered> Ask(LearnerLife life, object message) => life.Learner.Ask<SteeringAnswered>(message, RunDatabase.Patience);

    private static (bool, string) Sentence(SteeringAnswered answer) => (answer.Done, answer.Text);

    private sealed class Told(ITrainer trainer, List<string> heard) : ITrainer
    {
        public long Load() => trainer.Load();

        public IReadOnlyList<Alarm> Alarms => trainer.Alarms;

        public void Steer(Steering steering, bool isPast)
        {
            heard.Add($"{steering.Key} = {steering.Value}{(isPast ? ", before" : "")}");
            trainer.Steer(steering, isPast);
        }

        public void Train(BatchFormed batch) => trainer.Train(batch);

        public void Checkpoint(long version) => trainer.Checkpoint(version);

        public void Dispose() => trainer.Dispose();
    }
}
