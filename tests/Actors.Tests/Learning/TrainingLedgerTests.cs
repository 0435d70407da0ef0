using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;
using ActorRlhf.Model;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>The learner's books. Batches of 100 episodes on two shards: batch 0 is 0-63 of shard 0 and 64-99 of shard 1, and so on.</summary>
public sealed class TrainingLedgerTests
{
    [Fact]
    public void A_batch_is_formed_when_every_part_is_here_with_its_episodes_in_order()
    {
        var ledger = Ledger();
        Assert.True(ledger.Offer(Part(64, 36)));
        Assert.Null(ledger.Form());
        Assert.True(ledger.Offer(Part(0, 64)));
        var formed = ledger.Form()!;
        Assert.Equal((0L, 0L), (formed.Batch, formed.PolicyVersion));
        Assert.Equal(Enumerable.Range(0, 100).Select(episode => (long)episode), formed.Episodes.Select(episode => episode.Episode));
        Assert.Equal(100, ledger.InHand);
        ledger.Apply(formed, 1);
        Assert.Equal((1L, 0L, 0), (ledger.Formed, ledger.Version, ledger.InHand));
        Assert.Empty(ledger.Violations());
    }

    [Fact]
    public void What_is_offered_twice_or_was_not_asked_for_is_refused_and_counted()
    {
        var ledger = Ledger();
        Form(ledger, 1);
        Assert.False(ledger.Offer(Part(0, 64))); // consumed
        Assert.False(ledger.Offer(Part(200, 56))); // batch 2: beyond the window
        ledger.NextUntrained();
        ledger.Trained();
        Assert.True(ledger.Offer(Part(100, 28)));
        Assert.False(ledger.Offer(Part(100, 28))); // here
        BatchPart other = Part(128, 64), elsewhere = Part(128, 64), batch = Part(128, 64), cut = Part(128, 63), disordered = Part(128, 64);
        other.Run = "other";
        elsewhere.Shard = 1;
        batch.Batch = 2;
        (disordered.Episodes[3], disordered.Episodes[4]) = (disordered.Episodes[4], disordered.Episodes[3]);
        Assert.All([other, elsewhere, batch, cut, disordered, new BatchPart { Run = Runs.Name }], part => Assert.False(ledger.Offer(part)));
        Assert.Equal((1, 1, 7), (ledger.Counters.Consumed, ledger.Counters.Duplicate, ledger.Counters.Foreign));
        Assert.Equal(28, ledger.InHand);
        Assert.Empty(ledger.Violations());
    }

    [Fact]
    public void A_shard_is_asked_for_what_is_missing_until_it_is_here_and_told_the_version_until_it_acknowledges()
    {
        var ledger = Ledger(lag: 1);
        Assert.Equal("version 0 through 1 has ", Show(ledger.Collect(0)));
        ledger.Offer(Part(0, 64));
        Assert.Equal("version 0 through 1 has 0", Show(ledger.Collect(0)));
        ledger.Offer(Part(128, 64)); // batch 1 is 100-199: of shard 0 it has 128-191
        Assert.Equal("version 0 through 1 has 0 128", Show(ledger.Collect(0))); // it has not acknowledged
        ledger.Acknowledge(new ProgressAcknowledged { Run = "other", Shard = 0, Version = 0 });
        ledger.Acknowledge(new ProgressAcknowledged { Run = Runs.Name, Shard = 9, Version = 0 });
        Assert.NotNull(ledger.Collect(0));
        ledger.Acknowledge(new ProgressAcknowledged { Run = Runs.Name, Shard = 0, Version = 0 });
        Assert.Null(ledger.Collect(0));
        ledger.Offer(Part(64, 36));
        ledger.Apply(ledger.Form()!, 1);
        Assert.Null(ledger.Collect(0));
        ledger.Trained();
        Assert.Equal("version 1 through 2 has 128", Show(ledger.Collect(0)));
    }

    [Fact]
    public void After_a_crash_the_batches_behind_the_checkpoint_are_trained_on_again()
    {
        var ledger = Ledger();
        var first = Form(ledger, 1);
        ledger.Trained();
        var written = ledger.Checkpoint(1);
        ledger.Apply(written, 2);
        var second = Form(ledger, 3);
        ledger.Trained();
        var third = Form(ledger, 4);

        var recovered = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, 0);
        recovered.Recover(first, 1);
        recovered.Recover(written, 2);
        recovered.Recover(second, 3);
        recovered.Recover(third, 4);
        recovered.StartFrom(1);
        Assert.Equal((3L, 1L, 1L, 2), (recovered.Formed, recovered.Version, recovered.CheckpointVersion, recovered.Untrained));
        Assert.Equal(second, recovered.NextUntrained());
        recovered.Trained();
        Assert.Equal(third, recovered.NextUntrained());
        Assert.Empty(recovered.Violations());
    }

    [Fact]
    public void The_journal_goes_back_to_the_last_checkpoint_but_one_and_that_is_enough()
    {
        var ledger = Ledger();
        Form(ledger, 1);
        ledger.Trained();
        var second = Form(ledger, 2); // formed before the checkpoint of the first is written down
        var spare = ledger.Checkpoint(1);
        ledger.Apply(spare, 3);
        Assert.Equal(0, ledger.SettledThrough);
        ledger.Trained();
        var third = Form(ledger, 4);
        var written = ledger.Checkpoint(2);
        ledger.Apply(written, 5);
        Assert.Equal(1, ledger.SettledThrough);

        foreach (var version in new[] { 1, 2 })
        {
            var recovered = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, 0);
            recovered.Recover(second, 2);
            recovered.Recover(spare, 3);
            recovered.Recover(third, 4);
            recovered.Recover(written, 5);
            recovered.StartFrom(version);
            Assert.Equal((3L, version, version), (recovered.Formed, recovered.Version, recovered.CheckpointVersion));
            Assert.Equal(version == 1 ? second : third, recovered.NextUntrained());
            Assert.Equal(1, recovered.SettledThrough);
            Assert.Empty(recovered.Violations());
        }
    }

    [Fact]
    public void A_checkpoint_alone_is_enough_where_nothing_was_formed_behind_it()
    {
        var recovered = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, 0);
        recovered.Recover(Ledger().Checkpoint(2), 4);
        recovered.StartFrom(2);
        Assert.Equal((2L, 2L), (recovered.Formed, recovered.Version));
        Assert.Empty(recovered.Violations());
    }

    [Fact]
    public void A_checkpoint_that_was_not_written_down_is_started_from_all_the_same()
    {
        var ledger = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, 0);
        ledger.Recover(Form(Ledger(), 1), 1);
        ledger.StartFrom(1);
        Assert.Null(ledger.NextUntrained());
        Assert.Equal(1, ledger.Version);
    }

    [Theory]
    [InlineData(0)] // the batch behind it is deleted
    [InlineData(3)] // the journal ends before it
    public void A_checkpoint_that_the_journal_does_not_go_with_is_the_users_error(long version)
    {
        var ledger = Ledger();
        Form(ledger, 1);
        ledger.Trained();
        var recovered = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, 0);
        recovered.Recover(Form(ledger, 2), 2);
        Assert.Contains($"after {version} batches", Assert.Throws<UserErrorException>(() => recovered.StartFrom(version)).Message);
    }

    [Fact]
    public void Where_the_checkpoint_is_too_old_a_copy_it_is_said_which_one_is_needed()
    {
        var recovered = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, 0);
        recovered.Recover(Ledger().Checkpoint(2), 4);
        var error = Assert.Throws<UserErrorException>(() => recovered.StartFrom(1));
        Assert.Contains("the weights are those after 1 batches", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("; start first the node whose folder has the checkpoint after 2 batches, or copy that into this one's", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_in_the_journal_is_an_error()
    {
        var ledger = Ledger();
        var first = Form(ledger, 1);
        ledger.Trained();
        Form(ledger, 2);
        ledger.Trained();
        var third = Form(ledger, 3);
        var recovered = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, 0);
        recovered.Recover(first, 1);
        Assert.Throws<InvalidOperationException>(() => recovered.Recover(third, 3));
    }

    [Fact]
    public void A_run_is_finished_with_its_last_batch()
    {
        var ledger = new TrainingLedger(Runs.Settings(150, 100, 2).Plan, 0);
        ledger.StartFrom(0);
        Form(ledger, 1);
        ledger.Trained();
        Assert.False(ledger.IsFinished);
        Assert.True(ledger.Offer(Part(100, 28)));
        Assert.True(ledger.Offer(Part(128, 22)));
        ledger.Apply(ledger.Form()!, 2);
        ledger.Trained();
        Assert.True(ledger.IsFinished);
        Assert.Null(ledger.Form());
        Assert.NotNull(ledger.Collect(1));
        for (var shard = 0; shard < 2; shard++) ledger.Acknowledge(new ProgressAcknowledged { Run = Runs.Name, Shard = shard, Version = 2 });
        Assert.True(ledger.IsAcknowledged);
        Assert.Null(ledger.Collect(1));
    }

    private static TrainingLedger Ledger(int lag = 0)
    {
        var ledger = new TrainingLedger(Runs.Settings(1000, 100, 2).Plan, lag);
        ledger.StartFrom(0);
        return ledger;
    }

    // Offers the next batch whole, forms and applies it.
    private static BatchFormed Form(TrainingLedger ledger, long sequenceNr)
    {
        foreach (var (first, count) in Runs.Settings(1000, 100, 2).Plan.PartsOf(ledger.Formed)) ledger.Offer(Part(first, count));
        var formed = ledger.Form() ?? throw new InvalidOperationException("the batch is not complete");
        ledger.Apply(formed, sequenceNr);
        return formed;
    }

    private static BatchPart Part(long first, int count) => new()
    {
        Run = Runs.Name, Shard = (int)(first / 64 % 2), Batch = first / 100,
        Episodes = { Enumerable.Range(0, count).Select(i => Runs.Result(first + i, first / 100)) },
    };

    private static string? Show(CollectEpisodes? collect) =>
        collect is null ? null : $"version {collect.Version} through {collect.ThroughBatch} has {string.Join(' ', collect.Has)}";
}
