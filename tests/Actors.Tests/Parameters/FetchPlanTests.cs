using ActorRlhf.Actors.Parameters;

namespace ActorRlhf.Actors.Tests.Parameters;

/// <summary>Which chunk is taken from whom.</summary>
public sealed class FetchPlanTests
{
    private const string Learner = "http://learner";
    private static readonly TimeSpan _start = TimeSpan.Zero;
    private static readonly FetchLimits _limits = new()
    {
        Slow = TimeSpan.FromSeconds(1), Backoff = TimeSpan.FromSeconds(1), MostFailures = 3, Patience = TimeSpan.FromSeconds(30),
    };

    [Fact]
    public void Nodes_start_with_different_parts_of_the_publishers()
    {
        var first = new HashSet<int>();
        for (var node = 0; node < 4; node++)
        {
            var plan = Plan(new ChunkMap(16), node);
            for (var i = 0; i < 4; i++) Assert.True(first.Add(plan.Next(Learner, _start)!.Value));
        }

        Assert.Equal(Enumerable.Range(0, 16), first.Order());
    }

    [Fact]
    public void What_a_peer_has_is_taken_from_the_peer_and_not_from_the_publisher()
    {
        var plan = Plan(new ChunkMap(4), 0);
        plan.Offers(Peer(1), Map(4, 0, 1, 3));
        Assert.Equal(2, plan.Next(Learner, _start));
        Assert.Null(plan.Next(Learner, _start));
        Assert.Equal([0, 1, 3], Enumerable.Range(0, 3).Select(_ => plan.Next(Peer(1), _start)!.Value).Order());
        Assert.Null(plan.Next(Peer(1), _start));
    }

    [Fact]
    public void What_is_there_already_is_not_fetched_again()
    {
        var plan = Plan(Map(3, 0, 2), 0);
        Assert.Equal(1, plan.Next(Learner, _start));
        plan.Received(1, _start);
        Assert.True(plan.IsComplete);
        Assert.Equal(1, plan.Sources.Single(source => source.IsPublisher).Chunks);
    }

    [Fact]
    public void Who_sends_a_wrong_chunk_is_not_asked_again_and_the_chunk_comes_from_another()
    {
        var plan = Plan(new ChunkMap(1), 0);
        plan.Offers(Peer(1), Map(1, 0));
        Assert.Null(plan.Next(Learner, _start));
        Assert.Equal(0, plan.Next(Peer(1), _start));
        plan.Refused(0, _start, "sent a wrong chunk 0");
        Assert.Null(plan.Next(Peer(1), _start));
        Assert.Equal("sent a wrong chunk 0", plan.Sources.Single(source => source.Address == Peer(1)).Dropped);
        Assert.Equal(0, plan.Next(Learner, _start));
    }

    [Fact]
    public void A_source_that_fails_rests_twice_as_long_each_time_and_is_dropped_with_the_reason()
    {
        var plan = new FetchPlan(new ChunkMap(1), [Learner], null, _limits, _start);
        Assert.Equal(0, plan.Next(Learner, Seconds(0)));
        plan.Failed(0, Seconds(0), "connection refused");
        Assert.Null(plan.Next(Learner, Seconds(0.9)));
        Assert.Equal(0, plan.Next(Learner, Seconds(1)));
        plan.Failed(0, Seconds(1), "connection refused");
        Assert.Null(plan.Next(Learner, Seconds(2.9)));
        Assert.Null(plan.Hopeless(Seconds(3)));
        Assert.Equal(0, plan.Next(Learner, Seconds(3)));
        plan.Failed(0, Seconds(3), "connection refused");
        Assert.Equal("connection refused", plan.Sources.Single().Dropped);
        Assert.Equal("no source is left", plan.Hopeless(Seconds(3)));
    }

    [Fact]
    public void A_slow_sources_chunk_goes_to_one_with_nothing_to_do()
    {
        var plan = Plan(new ChunkMap(1), 0);
        plan.Offers(Peer(1), Map(1, 0));
        Assert.Equal(0, plan.Next(Peer(1), Seconds(0)));
        Assert.Null(plan.Slow(Learner, Seconds(1)));
        Assert.Null(plan.Slow(Peer(2), Seconds(1.1))); // has it not
        Assert.Null(plan.Slow(Peer(1), Seconds(1.1)));
        Assert.Equal(0, plan.Slow(Learner, Seconds(1.1)));
        plan.Slowed(0, Seconds(1.2));
        Assert.Null(plan.Next(Peer(1), Seconds(1.3)));
        Assert.Equal(0, plan.Next(Learner, Seconds(1.3)));
    }

    [Fact]
    public void Slow_is_measured_by_how_long_chunks_take_here()
    {
        var plan = Plan(new ChunkMap(2), 0);
        var first = plan.Next(Learner, Seconds(0))!.Value;
        plan.Received(first, Seconds(2));
        plan.Offers(Peer(1), Map(2, 0, 1));
        Assert.Equal(1 - first, plan.Next(Peer(1), Seconds(2)));
        Assert.Null(plan.Slow(Learner, Seconds(9.9)));
        Assert.Equal(1 - first, plan.Slow(Learner, Seconds(10.1)));
    }

    [Fact]
    public void It_gives_up_when_nothing_comes_for_too_long()
    {
        var plan = Plan(new ChunkMap(2), 0);
        plan.Received(plan.Next(Learner, Seconds(0))!.Value, Seconds(10));
        Assert.Null(plan.Hopeless(Seconds(40)));
        Assert.Equal("nothing came for 30 s", plan.Hopeless(Seconds(40.1)));
    }

    [Fact]
    public void Once_the_publisher_is_gone_it_gives_up_soon_unless_a_peer_has_what_is_missing()
    {
        const string Gone = "the publisher is gone and nobody else has what is missing";
        var plan = Plan(new ChunkMap(2), 0);
        plan.Refused(plan.Next(Learner, Seconds(0))!.Value, Seconds(1), "answered 404");
        Assert.Equal("answered 404", plan.Sources.Single(source => source.IsPublisher).Dropped);
        plan.NotYet(Peer(1), Seconds(1));
        Assert.Null(plan.Hopeless(Seconds(6)));
        Assert.Equal(Gone, plan.Hopeless(Seconds(6.1)));
        plan.Offers(Peer(2), Map(2, 1));
        Assert.Null(plan.Hopeless(Seconds(7)));
        Assert.Equal(1, plan.Next(Peer(2), Seconds(7)));
        Assert.Null(plan.Hopeless(Seconds(13))); // it is under way
        plan.Received(1, Seconds(13));
        Assert.Null(plan.Hopeless(Seconds(18)));
        Assert.Equal(Gone, plan.Hopeless(Seconds(18.1)));
    }

    [Fact]
    public void What_a_peer_does_not_have_any_more_is_not_asked_of_it()
    {
        var plan = Plan(new ChunkMap(70), 0);
        plan.Offers(Peer(1), Map(70, 3, 64, 69));
        plan.Offers(Peer(1), Map(70, 64));
        Assert.Equal(64, plan.Next(Peer(1), _start));
        Assert.Null(plan.Next(Peer(1), _start));
    }

    [Theory, InlineData(2), InlineData(4), InlineData(16), InlineData(100)]
    public void Whatever_the_number_of_nodes_the_publisher_sends_less_than_two_copies(int nodes)
    {
        const int Chunks = 500;
        var maps = Enumerable.Range(0, nodes).Select(_ => new ChunkMap(Chunks)).ToArray();
        var plans = maps.Select((map, node) => Plan(map, node, nodes)).ToArray();
        // The publisher serves one chunk of a node after the other; each peer sends two at a time to everybody who wants any.
        var uploaded = 0;
        for (var round = 0; plans.Any(plan => !plan.IsComplete); round++)
        {
            Assert.True(round < 100 * Chunks, "the nodes do not come to an end");
            var taken = new List<(FetchPlan Plan, int Chunk)>();
            for (var node = 0; node < nodes; node++)
            {
                if (plans[node].Next(Learner, _start) is { } own)
                {
                    taken.Add((plans[node], own));
                    uploaded++;
                }

                for (var peer = 0; peer < nodes; peer++)
                {
                    if (peer == node) continue;
                    for (var i = 0; i < 2 && plans[node].Next(Peer(peer), _start) is { } chunk; i++) taken.Add((plans[node], chunk));
                }
            }

            foreach (var (plan, chunk) in taken) plan.Received(chunk, _start);
            for (var node = 0; node < nodes; node++)
            {
                for (var peer = 0; peer < nodes; peer++)
                {
                    if (peer != node) plans[node].Offers(Peer(peer), ChunkMap.TryParse(Chunks, maps[peer].ToBytes())!);
                }
            }
        }

        Assert.InRange(uploaded, Chunks, 2 * Chunks - 1);
    }

    private static FetchPlan Plan(ChunkMap held, int node, int nodes = 4) =>
        new(held, [Learner, .. Enumerable.Range(0, nodes).Select(Peer)], Peer(node), _limits, _start);

    private static string Peer(int node) => $"http://peer-{node}";

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static ChunkMap Map(int chunks, params int[] held)
    {
        var map = new ChunkMap(chunks);
        foreach (var chunk in held) map.Add(chunk);
        return map;
    }
}
