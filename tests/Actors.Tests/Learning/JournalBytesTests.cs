using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;
using ActorRlhf.Model.Ppo;
using Google.Protobuf;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>What an episode of 48 tokens of GPT-2's vocabulary costs in the journals: 1,200 bytes in all, once at its shard and once at the learner.</summary>
public sealed class JournalBytesTests
{
    private const int Vocabulary = 50257;

    [Fact]
    public void An_event_has_560_bytes_an_episode_at_most()
    {
        var episodes = Enumerable.Range(0, 64).Select(i => Result(900_000 + i, 1_800, "")).ToList();
        foreach (var episode in episodes) episode.Response = Longest();
        var shape = Runs.Settings(1_000_000, 512, 8).Plan.Shape;
        var counters = new ShardCounters { Issued = 1_000_000, Fulfilled = 1_000_000, Accepted = 1_000_000, Refused = { new long[8] } };
        var scored = new EpisodesScored { Shape = shape, Version = 1_800, Counters = counters, Episodes = { episodes } };
        Assert.InRange(scored.CalculateSize() / 64.0, 528, 560); // 48 tokens of 3 bytes and 96 floats are 528
        var formed = new BatchFormed { Shape = shape, Batch = 1_800, PolicyVersion = 1_800, Counters = new LearnerCounters(), Episodes = { episodes } };
        Assert.InRange(formed.CalculateSize() / 64.0, 528, 560);
    }

    [Fact]
    public async Task A_database_has_1200_bytes_an_episode_at_most()
    {
        await using var database = new RunDatabase();
        const int Episodes = 5120;
        var settings = Runs.Settings(Episodes, 512, 8) with { VocabularySize = Vocabulary };
        await LocalRun.Start(await database.Start(), settings, () => new ChainTrainer(database.Folder), Result, () => { }).Finish();
        await database.Stop();
        Assert.Equal(0, database.Query<long>("SELECT count(*) FROM journal WHERE deleted = 1")[0]); // all of it is there still
        var bytes = database.Query<long>("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")[0];
        Assert.InRange(bytes / (double)Episodes, 900, 1200);
    }

    private static ByteString Longest() => ByteString.CopyFrom([.. Enumerable.Range(0, 48).SelectMany(_ => new byte[] { 0xD0, 0x88, 0x03 })]); // 50,256

    private static ScoredEpisode Result(long episode, long version, string name)
    {
        var random = new Random((int)episode);
        return ScoredEpisode.Of(new Trajectory(
            episode, [1], [.. Enumerable.Range(0, 48).Select(_ => random.Next(Vocabulary))], Numbers(), Numbers(), random.NextSingle(), version));

        float[] Numbers() => [.. Enumerable.Range(0, 48).Select(_ => -10 * random.NextSingle())];
    }
}
