using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Journals;
using Google.Protobuf;

namespace ActorRlhf.Host.Tests.Benchmarks;

public sealed class JournalAuditTests
{
    // Two shards: 0 has the episodes 0 to 63 and 128 to 149, 1 has 64 to 127. Two batches: 0 to 99 and 100 to 149.
    private static readonly EpisodePlan Plan = new() { Run = "run", TotalEpisodes = 150, BatchSize = 100, Shards = 2 };

    [Fact]
    public void A_run_as_it_should_be_has_no_faults()
    {
        var (audit, batches) = Audit(Learner(), Shard(0), Shard(1));
        Assert.Empty(audit.Faults);
        Assert.Equal((150, 0, 0, 150, 7), (audit.Trained, audit.Lost, audit.Duplicated, audit.Accepted, audit.Refused));
        Assert.Equal([0, 1], batches);
    }

    [Fact]
    public void An_episode_in_two_batches_was_trained_twice()
    {
        var learner = Learner();
        Change<BatchFormed>(learner, 1, batch => batch.Episodes[3] = Episode(7));
        var (audit, _) = Audit(learner, Shard(0), Shard(1));
        Assert.Equal((149, 1, 1), (audit.Trained, audit.Lost, audit.Duplicated));
        Assert.Contains("batch 1 has episode 7 where 103 is next", audit.Faults);
    }

    [Fact]
    public void A_batch_that_is_missing_is_noticed_by_its_number_and_its_events()
    {
        var learner = Learner();
        learner.RemoveAt(0);
        var (audit, _) = Audit(learner, Shard(0), Shard(1));
        Assert.Equal(100, audit.Lost);
        Assert.Contains("the learner: event 2 follows event 0", audit.Faults);
        Assert.Contains("batch 1 was formed after 0 batches", audit.Faults);
    }

    [Fact]
    public void A_result_other_than_the_accepted_one_is_noticed()
    {
        var learner = Learner();
        Change<BatchFormed>(learner, 0, batch => batch.Episodes[70].Score = 5);
        Assert.Equal(["episode 70 was not trained on with the result that shard 1 accepted"], Audit(learner, Shard(0), Shard(1)).Audit.Faults);
    }

    [Fact]
    public void A_result_that_no_shard_has_accepted_is_noticed()
    {
        var shard = Shard(1);
        Change<EpisodesScored>(shard, 0, scored => scored.Episodes.RemoveAt(0));
        var faults = Audit(Learner(), Shard(0), shard).Audit.Faults;
        Assert.Contains("shard 1 accepted 63 results", faults);
    }

    [Fact]
    public void A_second_result_and_one_of_another_shard_are_noticed()
    {
        var shard = Shard(1);
        Change<EpisodesScored>(shard, 0, scored => scored.Episodes.Add([Episode(64), Episode(0)]));
        var faults = Audit(Learner(), Shard(0), shard).Audit.Faults;
        Assert.Contains("shard 1 accepted two results of episode 64", faults);
        Assert.Contains("shard 1 accepted episode 0, which is not its own", faults);
    }

    [Fact]
    public void Training_that_is_not_written_down_to_the_end_is_noticed()
    {
        var (learner, shard) = (Learner(), Shard(0));
        Change<CheckpointWritten>(learner, 2, checkpoint => checkpoint.Version = 1);
        Change<BatchesTrained>(shard, 1, trained => trained.Version = 1);
        Assert.Equal(
            ["the last checkpoint was written after 1 of 2 batches", "shard 0 knows of 1 of 2 batches"], Audit(learner, shard, Shard(1)).Audit.Faults);
    }

    [Fact]
    public void A_trajectory_that_cannot_be_trained_on_is_noticed()
    {
        var (learner, shard) = (Learner(), Shard(0));
        Change<BatchFormed>(learner, 1, batch => batch.Episodes[30].Score = float.NaN);
        Change<EpisodesScored>(shard, 0, scored => scored.Episodes.Single(episode => episode.Episode == 130).Score = float.NaN);
        Assert.Equal(["episode 130 of batch 1: a number is not finite"], Audit(learner, shard, Shard(1)).Audit.Faults);
    }

    private static (JournalAudit Audit, List<long> Batches) Audit(List<IMessage> learner, params List<IMessage>[] shards)
    {
        var (audit, batches) = (new JournalAudit(Plan, vocabulary: 1000, maxTokens: 4), new List<long>());
        audit.ReadLearner(Rows(learner, first: 4 - learner.Count), batch => batches.Add(batch.Batch));
        for (var shard = 0; shard < shards.Length; shard++) audit.ReadShard(shard, Rows(shards[shard]));
        return (audit, batches);
    }

    private static List<IMessage> Learner() =>
    [
        new BatchFormed { Batch = 0, Episodes = { Enumerable.Range(0, 100).Select(Episode) } },
        new BatchFormed { Batch = 1, Episodes = { Enumerable.Range(100, 50).Select(Episode) } },
        new CheckpointWritten { Version = 2 },
    ];

    private static List<IMessage> Shard(int shard)
    {
        var own = Enumerable.Range(0, 150).Where(episode => episode / 64 % 2 == shard).ToList();
        return
        [
            new EpisodesScored { Episodes = { own.Select(Episode) } },
            new BatchesTrained { Version = 2, Counters = new ShardCounters { Accepted = own.Count, Refused = { 0, 7 * (1 - shard) } } },
        ];
    }

    private static ScoredEpisode Episode(int number) => new()
    {
        Episode = number,
        Response = ByteString.CopyFrom((byte)(number % 100), 5),
        Behaviour = ByteString.CopyFrom(0, 0, 0, 191, 0, 0, 128, 191), // -0.5, -1
        Reference = ByteString.CopyFrom(0, 0, 0, 191, 0, 0, 0, 191),
        Score = number,
    };

    private static void Change<T>(List<IMessage> events, int at, Action<T> change) => change((T)events[at]);

    private static IEnumerable<JournalRow> Rows(List<IMessage> events, int first = 1) =>
        events.Select((message, i) => new JournalRow(first + i, ProtocolSerializer.Manifests[message.GetType()], message.ToByteArray(), 100));
}
