using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Chaos;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Tests.Chaos;

/// <summary>A run of 200 episodes in batches of 100 on 2 shards, all in order, and what the audit says when it is not.</summary>
public sealed class ChaosAuditTests
{
    private const int Total = 200;
    private static readonly EpisodePlan _plan = new() { Run = "r", TotalEpisodes = Total, BatchSize = 100, Shards = 2 };

    private readonly List<JournalEntry> _learner;
    private readonly List<JournalEntry>[] _shards = [[], []];
    private readonly List<CompletionEntry> _living = [];
    private readonly List<CompletionEntry> _killed = [];

    public ChaosAuditTests()
    {
        _learner = [new(1, Batch(0)), new(2, new CheckpointWritten { Version = 1 }), new(3, Batch(1))];
        for (var shard = 0; shard < 2; shard++)
        {
            var scored = new EpisodesScored();
            scored.Episodes.AddRange(Enumerable.Range(0, Total).Where(episode => _plan.ShardOf(episode) == shard).Select(episode => Result(episode)));
            _shards[shard].Add(new(1, scored));
            _shards[shard].Add(new(2, new BatchesTrained { Version = 2, Counters = new ShardCounters() }));
        }

        _living.AddRange(Enumerable.Range(0, Total).Select(episode => Response(Result(episode), Fate.Journaled)));
    }

    [Fact]
    public void What_is_in_order_adds_up()
    {
        var account = Audit();
        Assert.Empty(account.Findings);
        Assert.Equal((Total, Total, 0, Total, 0, 0), (account.Generated, account.Trained, account.Duplicated, account.Journaled, account.RefusedTotal, account.InFlight));
    }

    [Fact]
    public void Responses_that_were_not_needed_are_counted_by_what_became_of_them()
    {
        _living.Add(Response(Result(7, mark: 1), Refused(RefusalReason.Late)));
        _living.Add(Response(Result(8), Refused(RefusalReason.Duplicate)));
        _living.Add(Response(Result(8, mark: 2), Refused(RefusalReason.Duplicate)));
        _killed.Add(Response(Result(9, mark: 1), Fate.Unsettled));
        var account = Audit();
        Assert.Empty(account.Findings);
        Assert.Equal((Total + 4, Total, 3, 1), (account.Generated, account.Trained, account.RefusedTotal, account.InFlight));
        Assert.Equal([("duplicate", 2), ("late", 1)], account.Refused.Select(refused => (refused.Key, refused.Value)));
    }

    [Theory]
    [InlineData(Fate.Unsettled)]
    [InlineData(Fate.Refused + (int)RefusalReason.Duplicate)] // its answer was lost with a scorer
    public void A_response_that_was_trained_on_is_that_whatever_its_rollout_was_told(Fate told)
    {
        _living.RemoveAt(50);
        _killed.Add(Response(Result(50), told));
        var account = Audit();
        Assert.Empty(account.Findings);
        Assert.Equal((Total, Total, 0, 0), (account.Generated, account.Trained, account.RefusedTotal, account.InFlight));
    }

    [Fact]
    public void A_batch_that_was_formed_twice_is_named()
    {
        _learner.Add(new(4, Batch(1)));
        var account = Audit();
        Assert.Equal(100, account.Duplicated);
        Assert.Contains("batch 1 was formed when 2 was next", account.Findings);
        Assert.Contains("episode 100 was trained on twice", account.Findings);
        Assert.Contains("twice: 95 more", account.Findings);
    }

    [Fact]
    public void A_batch_that_is_missing_is_named()
    {
        _learner.RemoveAt(2);
        var account = Audit();
        Assert.Contains("1 batches were formed, not 2", account.Findings);
        Assert.Contains("episode 128 was journaled and never trained on", account.Findings);
        Assert.Contains("a response of episode 100 is said to be journaled and was not trained on", account.Findings);
    }

    [Fact]
    public void An_event_that_is_missing_is_named()
    {
        _learner[2] = _learner[2] with { SequenceNr = 4 };
        Assert.Equal(["the learner's journal has event 4 in place of 3"], Audit().Findings);
    }

    [Fact]
    public void A_bit_that_differs_between_the_journals_is_named()
    {
        ((EpisodesScored)_shards[1][0].Event).Episodes[0].Score += 1e-6f;
        Assert.Equal(["episode 64 was trained on as something else than was journaled"], Audit().Findings);
    }

    [Fact]
    public void A_result_that_was_journaled_twice_is_named()
    {
        _shards[0].Add(new(3, new EpisodesScored { Episodes = { Result(3) } }));
        Assert.Equal(["episode 3 was journaled twice"], Audit().Findings);
    }

    [Fact]
    public void A_result_that_a_shard_never_journaled_is_named()
    {
        ((EpisodesScored)_shards[0][0].Event).Episodes.RemoveAt(2);
        Assert.Equal(["episode 2 was trained on and never journaled by its shard"], Audit().Findings);
    }

    [Fact]
    public void A_response_of_a_policy_that_is_too_old_is_named()
    {
        ((BatchFormed)_learner[2].Event).Episodes[5].PolicyVersion = -1;
        Assert.Contains("episode 105 of batch 1 is of policy -1", Audit().Findings);
    }

    [Fact]
    public void Training_on_what_nobody_generated_is_named()
    {
        _living.RemoveAt(77);
        Assert.Equal(
            ["episode 77 was trained on a response that no process generated", "199 responses were generated; 200 trained, 0 refused and 0 in flight are 200"], Audit().Findings);
    }

    [Fact]
    public void Two_responses_of_an_episode_that_are_both_acknowledged_are_named()
    {
        _living.Add(Response(Result(5, mark: 1), Fate.Journaled));
        Assert.Equal(
            [
                "2 responses of episode 5 are said to be journaled", "a response of episode 5 is said to be journaled and was not trained on",
                "201 responses were generated; 200 trained, 0 refused and 0 in flight are 200",
            ],
            Audit().Findings);
    }

    [Fact]
    public void A_response_that_a_process_forgot_is_named()
    {
        _living.Add(Response(Result(5, mark: 1), Fate.Unsettled));
        Assert.Equal(["living ended in good order with 1 responses that nobody had settled"], Audit().Findings);
    }

    [Fact]
    public void A_response_that_was_refused_for_no_good_reason_is_named()
    {
        _living.Add(Response(Result(5, mark: 1), Refused(RefusalReason.Foreign)));
        Assert.Equal(["a response of episode 5 was refused as foreign"], Audit().Findings);
    }

    private ChaosAccount Audit() => ChaosAudit.Of(new ChaosEvidence
    {
        Plan = _plan, MaxPolicyLag = 1, Learner = _learner, Shards = _shards, Responses = [new("living", true, 0, _living), new("killed", false, 0, _killed)],
    });

    private static BatchFormed Batch(int batch) => new() { Batch = batch, Episodes = { Enumerable.Range(100 * batch, 100).Select(episode => Result(episode)) } };

    private static ScoredEpisode Result(long episode, int mark = 0) => ScoredEpisode.Of(new Trajectory(episode, [1], [(int)(episode % 50), mark], [-1, -2], [-3, -4], 0.5f, 0));

    private static CompletionEntry Response(ScoredEpisode result, Fate fate) => new(result.Episode, ResponseDigest.Of(result), fate);

    private static Fate Refused(RefusalReason reason) => Fate.Refused + (int)reason;
}
