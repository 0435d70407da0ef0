using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;
using Akka.Actor;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>The learner on a journal, between probes that stand for the shards and for those who hear of new policies. Batches of 64, one shard.</summary>
public sealed class LearnerTests
{
    [Fact]
    public async Task A_batch_is_journaled_before_the_step_and_the_new_policy_announced_behind_it()
    {
        await using var database = new RunDatabase();
        var journaled = new TaskCompletionSource<long>();
        var life = await LearnerLife.Start(database, LearnerLife.Settings, () => new ChainTrainer(
            database.Folder, _ => journaled.TrySetResult(database.Query<long>("SELECT count(*) FROM journal WHERE manifest = 'ln.formed.1'")[0])));
        Assert.Equal(0, life.NextVersion());
        Assert.Equal((0, 0), (life.NextCollect(0).Version, life.LastCollect.ThroughBatch));
        life.Send(0);
        Assert.Equal(1, await journaled.Task.WaitAsync(RunDatabase.Patience));
        Assert.Equal(1, life.NextVersion());
        Assert.Equal((1, 1), (life.NextCollect(1).Version, life.LastCollect.ThroughBatch));
    }

    [Fact]
    public async Task A_shard_is_asked_again_until_everything_is_here_and_acknowledged()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, LearnerLife.Settings with { Retry = TimeSpan.FromMilliseconds(20) }, () => new ChainTrainer(database.Folder));
        for (var i = 0; i < 3; i++) life.NextCollect(0);
        life.Learner.Tell(new ProgressAcknowledged { Run = Runs.Name, Shard = 0, Version = 0 });
        for (var i = 0; i < 3; i++) life.NextCollect(0); // the part is missing still
        life.Learner.Tell(new PauseTraining { Reason = "so that the batch is not trained on" });
        life.Send(0);
        Assert.Equal(64, (await life.Status()).InHand);
        while (life.Shards.HasMessages) life.Shards.ReceiveOne(TimeSpan.Zero);
        life.Shards.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task After_a_crash_the_steps_behind_the_checkpoint_are_taken_again_from_the_journal()
    {
        await using var database = new RunDatabase();
        var settings = LearnerLife.Settings with { CheckpointBatches = 2 };
        var trained = new List<long>();
        var life = await LearnerLife.Start(database, settings, Trainer);
        for (var batch = 0; batch < 3; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
        }

        await life.Until(status => status.CheckpointVersion == 2);
        Assert.Equal([0, 1, 2], trained);
        Assert.Equal(2, ChainTrainer.Newest(database.Folder).Version);
        life = await LearnerLife.Start(database, settings, Trainer);
        Assert.Equal(3, life.NextVersion());
        Assert.Equal([0, 1, 2, 2], trained);
        for (var batch = 3; batch < 5; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
        }

        await life.Until(status => status.Phase == LearnerPhase.Finished);
        Assert.Equal([0, 1, 2, 2, 3, 4], trained);
        Assert.Equal(Enumerable.Range(0, 300).Select(episode => (long)episode), ChainTrainer.Newest(database.Folder).Episodes);

        life = await LearnerLife.Start(database, settings, Trainer); // a finished run
        await life.Until(status => status.Phase == LearnerPhase.Finished);
        Assert.Equal(5, (await life.Status()).Version);

        ChainTrainer Trainer() => new(database.Folder, batch => trained.Add(batch.Batch));
    }

    [Fact]
    public async Task The_journal_goes_back_to_the_last_checkpoint_but_one_which_is_started_from_where_the_last_cannot_be_read()
    {
        await using var database = new RunDatabase();
        var trained = new List<long>();
        var settings = LearnerLife.Settings with { CheckpointBatches = 2 };
        var life = await LearnerLife.Start(database, settings, Trainer);
        for (var batch = 0; batch < 4; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
        }

        life.Kit.AwaitCondition(
            () => database.Query<byte[]>("SELECT message FROM journal WHERE manifest = 'ln.formed.1' AND deleted = 0 ORDER BY ordering")
                .Select(message => BatchFormed.Parser.ParseFrom(message).Batch).ToArray() is [2, 3], RunDatabase.Patience);
        await database.Stop();
        File.Delete(Path.Combine(database.Folder, "000000004.chain"));
        trained.Clear();
        life = await LearnerLife.Start(database, settings, Trainer);
        Assert.Equal(4, life.NextVersion());
        Assert.Equal([2, 3], trained);
        life.Send(4);
        await life.Until(status => status.Phase == LearnerPhase.Finished);
        Assert.Equal(Enumerable.Range(0, 300).Select(episode => (long)episode), ChainTrainer.Newest(database.Folder).Episodes);

        ChainTrainer Trainer() => new(database.Folder, batch => trained.Add(batch.Batch));
    }

    [Fact]
    public async Task Where_the_journal_is_kept_recovery_reads_it_from_the_last_checkpoint_but_one_on()
    {
        await using var database = new RunDatabase();
        var trained = new List<long>();
        var settings = LearnerLife.Settings with { CheckpointBatches = 1, KeepJournal = true };
        var life = await LearnerLife.Start(database, settings, Trainer);
        for (var batch = 0; batch < 4; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
            await life.Until(status => status.CheckpointVersion == batch + 1);
        }

        // Batches and checkpoints in turn: the fourth batch is the seventh event, and the first that is needed beside the checkpoint after three.
        life.Kit.AwaitCondition(() => database.Query<long>("SELECT sequence_number FROM snapshot") is [6], RunDatabase.Patience);
        await database.Stop();
        Assert.Equal([0, 1, 2, 3], trained);
        Assert.Equal(8, database.Query<long>("SELECT count(*) FROM journal WHERE deleted = 0")[0]);
        Assert.Equal(6, database.Query<long>("UPDATE journal SET manifest = 'unreadable' WHERE sequence_number <= 6 RETURNING 1").Count);
        File.Delete(Path.Combine(database.Folder, "000000004.chain"));
        trained.Clear();
        life = await LearnerLife.Start(database, settings, Trainer);
        Assert.Equal(4, life.NextVersion());
        Assert.Equal([3], trained);
        life.Send(4);
        await life.Until(status => status.Phase == LearnerPhase.Finished);
        Assert.Equal(Enumerable.Range(0, 300).Select(episode => (long)episode), ChainTrainer.Newest(database.Folder).Episodes);

        ChainTrainer Trainer() => new(database.Folder, batch => trained.Add(batch.Batch));
    }

    [Fact]
    public async Task On_the_journal_of_another_run_training_does_not_begin_and_the_reason_is_given()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, LearnerLife.Settings, () => new ChainTrainer(database.Folder));
        for (var batch = 0; batch < 2; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
        }

        var other = LearnerLife.Settings with { Plan = LearnerLife.Settings.Plan with { BatchSize = 32 } };
        life = await LearnerLife.Start(database, other, () => throw new InvalidOperationException("nobody is to train"));
        await life.Until(status => status.Phase == LearnerPhase.Failed);
        var status = await life.Status();
        Assert.StartsWith("the journal of the learner of run r was begun with 300 episodes in batches of 64 on 1 shards", status.Reason);
        Assert.Equal(0, status.Formed);
    }

    [Fact]
    public async Task A_part_that_was_consumed_is_not_trained_on_again()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, LearnerLife.Settings, () => new ChainTrainer(database.Folder));
        life.Send(0);
        life.AwaitVersion(1);
        life.Send(0);
        var status = await life.Status();
        Assert.Equal((1, 0, 1), (status.Counters.Consumed, status.InHand, status.Formed));
        Assert.Empty(status.Violations);
    }

    [Fact]
    public async Task When_a_step_fails_training_stops_with_the_reason_and_goes_on_from_the_checkpoint_when_it_is_told_to()
    {
        await using var database = new RunDatabase();
        var fails = true;
        var trainers = new List<ChainTrainer>();
        var life = await LearnerLife.Start(database, LearnerLife.Settings with { CheckpointBatches = 1 }, () =>
        {
            trainers.Add(new ChainTrainer(database.Folder, batch =>
            {
                if (batch.Batch == 1 && Volatile.Read(ref fails)) throw new InvalidOperationException("the loss is not finite");
            }));
            return trainers[^1];
        });
        life.Send(0);
        life.AwaitVersion(1);
        life.Send(1);
        await life.Until(status => status.Phase == LearnerPhase.Failed);
        Assert.Equal("the loss is not finite", (await life.Status()).Reason);
        Volatile.Write(ref fails, false);
        life.Learner.Tell(new ResumeTraining());
        life.AwaitVersion(2);
        Assert.Equal(2, trainers.Count);
        life.Kit.AwaitCondition(() => trainers[0].IsDisposed, RunDatabase.Patience);
    }

    [Fact]
    public async Task While_it_is_paused_nothing_is_trained_on_and_afterwards_everything_is()
    {
        await using var database = new RunDatabase();
        var life = await LearnerLife.Start(database, LearnerLife.Settings, () => new ChainTrainer(database.Folder));
        Assert.Equal(0, life.NextVersion());
        life.Learner.Tell(new PauseTraining { Reason = "KL is 31" });
        life.Send(0);
        var status = await life.Status();
        Assert.Equal((LearnerPhase.Paused, "KL is 31", 64, 0), (status.Phase, status.Reason, status.InHand, status.Formed));
        life.Learner.Tell(new ResumeTraining());
        life.AwaitVersion(1);
        Assert.Equal(LearnerPhase.Training, (await life.Status()).Phase);
    }

    [Fact]
    public async Task Checkpoints_that_the_journal_does_not_go_with_stop_training_with_the_reason()
    {
        await using var database = new RunDatabase();
        new ChainTrainer(database.Folder).Checkpoint(4);
        var life = await LearnerLife.Start(database, LearnerLife.Settings, () => new ChainTrainer(database.Folder));
        await life.Until(status => status.Phase == LearnerPhase.Failed);
        Assert.Contains("after 4 batches", (await life.Status()).Reason);
    }

    [Fact]
    public async Task A_run_is_acknowledged_when_every_shard_has_journaled_that_all_is_trained()
    {
        await using var database = new RunDatabase();
        var settings = LearnerLife.Settings with { Plan = Runs.Settings(128, 128, 2).Plan }; // a part on each shard
        var life = await LearnerLife.Start(database, settings, () => new ChainTrainer(database.Folder));
        for (var shard = 0; shard < 2; shard++)
        {
            var first = 64 * shard;
            life.Learner.Tell(new BatchPart { Run = Runs.Name, Shard = shard, Episodes = { Enumerable.Range(first, 64).Select(episode => Runs.Result(episode, 0)) } });
        }

        await life.Until(status => status.Phase == LearnerPhase.Finished);
        foreach (var (shard, version, isAcknowledged) in new[] { (0, 1, false), (1, 0, false), (1, 1, true) })
        {
            life.Learner.Tell(new ProgressAcknowledged { Run = Runs.Name, Shard = shard, Version = version });
            Assert.Equal(isAcknowledged, (await life.Status()).Acknowledged);
        }
    }

    [Fact]
    public async Task A_checkpoint_is_due_after_so_many_batches_or_so_much_time()
    {
        await using var database = new RunDatabase();
        var settings = LearnerLife.Settings with { CheckpointInterval = TimeSpan.Zero };
        var life = await LearnerLife.Start(database, settings, () => new ChainTrainer(database.Folder));
        life.Send(0);
        await life.Until(status => status.CheckpointVersion == 1);
    }
}
