using ActorRlhf.Actors.Episodes;
using ActorRlhf.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ActorRlhf.Actors.Tests.Episodes;

/// <summary>Which episode is where.</summary>
public sealed class EpisodePlanTests
{
    [Fact]
    public void The_last_batch_is_what_is_left()
    {
        var plan = Runs.Settings(1000, 300, 2).Plan;
        Assert.Equal(4, plan.Batches);
        Assert.Equal([0, 300, 600, 900, 1000], Enumerable.Range(0, 5).Select(batch => plan.FirstOf(batch)));
        Assert.Equal(2, plan.BatchOf(899));
    }

    [Fact]
    public void Blocks_of_64_belong_to_shards_in_turn()
    {
        var plan = Runs.Settings(1000, 300, 3).Plan;
        Assert.Equal([0, 0, 1, 1, 2, 2, 0], new long[] { 0, 63, 64, 127, 128, 191, 192 }.Select(plan.ShardOf));
    }

    [Fact]
    public void Batches_are_on_the_shards_of_their_blocks()
    {
        var plan = Runs.Settings(1000, 100, 5).Plan;
        Assert.Equal([0, 1], plan.ShardsOf(0, 1)); // episodes 0 to 99
        Assert.Equal([3, 4, 0, 1], plan.ShardsOf(2, 2)); // episodes 200 to 399, in blocks 3 to 6
        Assert.Equal([0, 1, 2, 3, 4], plan.ShardsOf(0, 1000).Order());
        Assert.Equal([4, 0], plan.ShardsOf(9, 7)); // episodes 900 to 999, in blocks 14 and 15
        Assert.Empty(plan.ShardsOf(10, 2));
    }

    [Fact]
    public void A_part_is_what_a_block_has_of_a_batch()
    {
        var plan = Runs.Settings(1000, 300, 3).Plan;
        Assert.Equal([(256, 44)], plan.PartsOf(0).Where(part => part.First >= 256)); // block 4 ends at 319, batch 0 at 299
        Assert.Equal([(300, 20), (320, 64)], plan.PartsOf(1).Take(2));
        Assert.Equal([(300, 20), (448, 64)], plan.PartsOf(1, 1));
        Assert.Equal([(960, 40)], plan.PartsOf(3, 0));
    }

    [Fact]
    public void Parts_and_counts_agree_with_episodes_one_by_one()
    {
        var shapes = from total in Gen.Choose(1, 900)
                     from batch in Gen.Choose(1, 300)
                     from shards in Gen.Choose(1, 7)
                     select Runs.Settings(total, batch, shards).Plan;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(20200902, 1), Prop.ForAll(shapes.ToArbitrary(), plan =>
        {
            var episodes = Enumerable.Range(0, (int)plan.TotalEpisodes).Select(episode => (long)episode).ToList();
            for (var shard = 0; shard < plan.Shards; shard++)
            {
                var own = episodes.Where(episode => episode / 64 % plan.Shards == shard).ToList();
                Assert.Equal(own, Enumerable.Range(0, (int)plan.Batches).SelectMany(batch => plan.PartsOf(batch, shard)).SelectMany(Episodes));
                foreach (var below in episodes.Append(plan.TotalEpisodes))
                {
                    Assert.Equal(own.Count(episode => episode < below), plan.CountInShard(shard, below));
                    if (own.Find(episode => episode >= below) is > 0 and var next) Assert.Equal(next, plan.FirstInShard(shard, below));
                }
            }

            foreach (var batch in episodes.GroupBy(episode => episode / plan.BatchSize))
                Assert.Equal(batch, plan.PartsOf(batch.Key).SelectMany(Episodes));
        }));
    }

    [Fact]
    public void A_journal_of_a_run_with_another_shape_is_the_users_error()
    {
        var plan = Runs.Settings(1000, 300, 3).Plan;
        plan.Require(plan.Shape, "j");
        var error = Assert.Throws<UserErrorException>(() => plan.Require((plan with { BatchSize = 256 }).Shape, "of shard 3"));
        Assert.Contains("of shard 3", error.Message);
        Assert.Contains("256", error.Message);
    }

    [Fact]
    public void A_journal_of_a_run_with_other_content_is_the_users_error_where_both_say_what_theirs_is()
    {
        var plan = Runs.Settings(1000, 300, 3).Plan;
        foreach (var (there, here) in new[] { (0ul, 0ul), (7ul, 0ul), (0ul, 7ul), (7ul, 7ul) }) (plan with { Content = here }).Require((plan with { Content = there }).Shape, "j");
        var error = Assert.Throws<UserErrorException>(() => (plan with { Content = 8 }).Require((plan with { Content = 7 }).Shape, "of shard 3"));
        Assert.StartsWith("the journal of shard 3 was begun with another model", error.Message);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void A_plan_of_nothing_is_the_users_error(long total, int batch, int shards) =>
        Assert.Throws<UserErrorException>(() => Runs.Settings(total, batch, shards).Plan.Validate());

    private static IEnumerable<long> Episodes((long First, int Count) part) => Enumerable.Range(0, part.Count).Select(i => part.First + i);
}
