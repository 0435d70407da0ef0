using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>Two shards with blocks 0, 2 and 1, 3 of 256 episodes in batches of 64; the first of them is trained on.</summary>
public sealed class AccountBookTests
{
    private static readonly EpisodePlan _plan = new() { Run = "run", TotalEpisodes = 256, BatchSize = 64, Shards = 2 };

    // Shard 0 has trained block 0 and leased 5 of block 2; shard 1 has 7 results of block 1 and has leased 3 of it.
    private readonly ShardStatus _first = new()
    {
        Run = "run", Shard = 0, Version = 1, Leased = 5,
        Counters = new() { Issued = 80, Fulfilled = 64, Expired = 6, Returned = 3, Forgotten = 2, Accepted = 64, Refused = { 0, 4, 2 } },
    };

    private readonly ShardStatus _second = new()
    {
        Run = "run", Shard = 1, Version = 1, Leased = 3, Held = 7, Counters = new() { Issued = 10, Fulfilled = 7, Accepted = 7, Refused = { 0, 1 } },
    };

    private readonly LearnerStatus _learner = new() { Formed = 1, Version = 1 };

    [Fact]
    public void Everything_adds_up_and_every_statement_holds()
    {
        var account = Of(_second, _first);
        Assert.True(account.IsSound);
        Assert.All(account.Invariants, check => Assert.True(check.Holds, check.Statement));
        Assert.Equal((177, 8, 7, 64, 256), (account.Unissued, account.Leased, account.Held, account.Trained, account.TotalEpisodes));
        Assert.Equal((90, 71, 71, 7), (account.Counts.Issued, account.Counts.Fulfilled, account.Counts.Accepted, account.Counts.Refused));
        Assert.Equal([("duplicate", 5L), ("late", 2L)], account.Counts.RefusedFor.Select(reason => (reason.Key, reason.Value)));
        Assert.Equal([(0, 59L, 64L), (1, 118L, 0L)], account.Shards.Select(shard => (shard.Shard, shard.Unissued, shard.Trained)));
        Assert.Equal("90 = 71 + 6 + 3 + 2 + 8", account.Invariants[0].Numbers);
        Assert.Equal("71 + 0 = 64 + 7", account.Invariants[1].Numbers);
        Assert.Equal((9, "run"), (account.Generated, account.Run));
    }

    [Fact]
    public void A_lease_that_is_lost_a_result_that_is_lost_and_one_that_was_never_there_are_each_found()
    {
        _first.Counters.Issued++;
        Violated("issued = fulfilled + expired + returned + forgotten + leased", 0);
        _first.Counters.Issued--;
        _second.Held--;
        Violated("accepted + unaccounted = trained + held", 1);
        _second.Held++;
        (_first.Counters.Accepted, _first.Counters.Fulfilled, _first.Counters.Unaccounted, _first.Counters.Forgotten) = (63, 63, 1, 3);
        Violated("unaccounted = 0", 0);
    }

    [Fact]
    public void A_shard_that_is_ahead_of_the_learner_and_a_learner_that_is_ahead_of_the_shards_are_found()
    {
        _learner.Formed = 0;
        Violated("no shard is ahead of the learner's journal");
        _learner.Formed = 2; // batch 1 needs 64 results of shard 1
        Violated("trained + held >= episodes that the learner has consumed");
    }

    [Fact]
    public void What_a_shard_or_the_learner_finds_itself_is_passed_on()
    {
        _second.Violations.Add("shard 1: episode 64 is leased and has a result");
        _learner.Violations.Add("3 batches are in hand twice");
        var check = Of(_first, _second).Invariants[^1];
        Assert.Equal((false, "shard 1: episode 64 is leased and has a result; learner: 3 batches are in hand twice"), (check.Holds, check.Numbers));
        Assert.Equal([1], check.Shards);
    }

    [Fact]
    public void Where_a_shard_does_not_answer_the_account_is_not_sound_and_says_which()
    {
        var account = Of(_first);
        Assert.Equal([1], account.Missing);
        Assert.False(account.IsSound);
        Assert.All(account.Invariants, check => Assert.True(check.Holds, check.Statement));
        Assert.DoesNotContain(account.Invariants, check => check.Statement.Contains("the run's"));
    }

    [Fact]
    public void Without_the_learner_the_shards_alone_are_checked()
    {
        var account = AccountBook.Of(_plan, [_first, _second], null, null, 0);
        Assert.True(account.IsSound);
        Assert.DoesNotContain(account.Invariants, check => check.Statement.Contains("learner's journal"));
    }

    private EpisodeAccount Of(params ShardStatus[] shards) => AccountBook.Of(_plan, shards, _learner, _learner, 9);

    private void Violated(string statement, params int[] shards)
    {
        var account = Of(_first, _second);
        Assert.False(account.IsSound);
        var check = Assert.Single(account.Invariants, check => !check.Holds);
        Assert.Equal(statement, check.Statement);
        Assert.Equal(shards, check.Shards);
    }
}
