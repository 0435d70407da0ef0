using System.Diagnostics;
using System.Net.Sockets;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using Akka.Actor;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>What one node puts together from what many say.</summary>
public sealed class ClusterObserverTests
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(1);
    private static readonly EpisodeSettings _episodes = new()
    {
        Plan = new() { Run = "run", TotalEpisodes = 1_000_000, BatchSize = 512, Shards = 8 }, MaxPolicyLag = 1, LeaseDuration = _long, VocabularySize = 100, MaxResponseTokens = 8,
    };

    [Fact]
    public async Task Two_hundred_nodes_are_asked_at_the_same_time()
    {
        var (together, everybody) = (0, new TaskCompletionSource());
        await using var nodes = new Nodes(200, actors: 20, before: async stop =>
        {
            if (Interlocked.Increment(ref together) == 200) everybody.SetResult();
            await everybody.Task.WaitAsync(stop); // nobody answers before everybody is asked
        });
        using var http = new HttpClient();
        var report = await nodes.Observer(http, patience: _long).ReportAsync();
        Assert.Equal(Enumerable.Range(0, 200).Select(SimulatedNode.Name), report.Nodes.Select(node => node.Name));
        Assert.All(report.Nodes, node => Assert.Equal(("up", 20, null), (node.Status, node.Actors.Count, node.Silence)));
        Assert.Equal(("run", 1_000_000, 512, 8, "asking"), (report.Run, report.TotalEpisodes, report.BatchSize, report.Shards, report.ReportedBy));
    }

    [Fact]
    public async Task A_stuck_node_holds_nobody_up_beyond_its_time_and_stands_there_as_its_peers_see_it()
    {
        await using var nodes = new Nodes(3, actors: 2, before: (number, stop) => number == 1 ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask, misses: [SimulatedNode.Name(1)]);
        using var http = new HttpClient();
        var began = Stopwatch.GetTimestamp();
        var report = await nodes.Observer(http, patience: TimeSpan.FromSeconds(3)).ReportAsync();
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromSeconds(2.9));
        Assert.Equal(["up", "unreachable", "up"], report.Nodes.Select(node => node.Status));
        var stuck = report.Nodes[1];
        Assert.Equal("it has not answered within 3 s", stuck.Silence);
        Assert.Equal([SimulatedNode.Name(0), SimulatedNode.Name(2)], stuck.MissedBy);
        Assert.Empty(stuck.Actors);
        Assert.Equal(("akka.tcp://rlhf@127.0.0.1:2", DateTimeOffset.UnixEpoch, "rollout"), (stuck.Member, stuck.UpSince, Assert.Single(stuck.Roles)));
    }

    [Fact]
    public async Task A_node_that_is_too_busy_to_answer_stands_there_for_a_while_with_what_it_said_last_unless_its_peers_miss_it()
    {
        var isBusy = false;
        await using var nodes = new Nodes(1, actors: 2, before: stop => isBusy ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask);
        using var http = new HttpClient();
        var known = nodes.Known[0];
        var observer = new ClusterObserver(http, () => [known], _episodes, "asking", NoReport) { Patience = TimeSpan.FromSeconds(2), Memory = _long };
        var first = Assert.Single((await observer.ReportAsync()).Nodes);
        isBusy = true;
        var second = Assert.Single((await observer.ReportAsync()).Nodes);
        Assert.Equal(("up", 2, null, first.AnsweredAt), (second.Status, second.Actors.Count, second.Silence, second.AnsweredAt));
        known = known with { Status = "unreachable" };
        var missed = Assert.Single((await observer.ReportAsync()).Nodes);
        Assert.Equal(("unreachable", 0, "it has not answered within 2 s"), (missed.Status, missed.Actors.Count, missed.Silence));
    }

    [Fact]
    public async Task A_node_that_is_gone_is_not_asked_and_one_that_cannot_be_reached_says_why()
    {
        await using var nodes = new Nodes(1, actors: 1);
        var gone = nodes.Known[0] with { Name = "gone", Status = "gone", GoneSince = DateTimeOffset.UnixEpoch };
        var away = nodes.Known[0] with { Name = "away", Http = Nobody() };
        var leaving = away with { Name = "leaving", Status = "leaving" };
        var moved = nodes.Known[0] with { Name = "moved" };
        using var http = new HttpClient();
        var report = await new ClusterObserver(http, () => [away, gone, leaving, moved], _episodes, "asking", NoReport) { Patience = _long }.ReportAsync();
        Assert.Equal(["unreachable", "gone", "leaving", "unreachable"], report.Nodes.Select(node => node.Status));
        Assert.Contains("refused", report.Nodes[0].Silence, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("it is no member of the cluster any more", report.Nodes[1].Silence);
        Assert.Equal($"{SimulatedNode.Name(0)} answers in its place", report.Nodes[3].Silence);
        Assert.Equal(1, nodes.Asked);
    }

    [Fact]
    public async Task What_the_membership_says_of_a_node_goes_over_what_it_says_itself()
    {
        await using var nodes = new Nodes(1, actors: 1);
        using var http = new HttpClient();
        var report = await new ClusterObserver(http, () => [nodes.Known[0] with { Status = "unreachable" }], _episodes, "asking", NoReport) { Patience = _long }.ReportAsync();
        var node = Assert.Single(report.Nodes);
        Assert.Equal(("unreachable", null, 4711), (node.Status, node.Silence, node.Pid));
    }

    [Fact]
    public async Task The_asking_node_does_not_ask_itself_over_HTTP()
    {
        await using var nodes = new Nodes(1, actors: 1);
        using var http = new HttpClient();
        var own = SimulatedNode.Report(nodes.Known[0] with { Status = "joining" }, actors: 3);
        var report = await new ClusterObserver(http, () => nodes.Known, _episodes, own.Name, () => Task.FromResult(own)) { Patience = _long }.ReportAsync();
        Assert.Equal((3, "up", 0), (Assert.Single(report.Nodes).Actors.Count, report.Nodes[0].Status, nodes.Asked));
    }

    private static string Nobody()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    private static Task<NodeReport> NoReport() => throw new InvalidOperationException("it is not among them");

    private sealed class Nodes : IAsyncDisposable
    {
        private readonly SimulatedNode[] _nodes;

        public Nodes(int count, int actors, Func<CancellationToken, Task> before)
            : this(count, actors, (_, stop) => before(stop))
        {
        }

        public Nodes(int count, int actors, Func<int, CancellationToken, Task>? before = null, IReadOnlyList<string>? misses = null) =>
            _nodes = Task.WhenAll(Enumerable.Range(0, count).Select(number =>
                SimulatedNode.StartAsync(number, actors, misses, before is null ? null : stop => before(number, stop)))).GetAwaiter().GetResult();

        public IReadOnlyList<KnownNode> Known => [.. _nodes.Select(node => node.Known)];

        public int Asked => _nodes.Sum(node => node.Asked);

        public ClusterObserver Observer(HttpClient http, TimeSpan patience) => new(http, () => Known, _episodes, "asking", NoReport) { Patience = patience };

        public async ValueTask DisposeAsync()
        {
            foreach (var node in _nodes) await node.DisposeAsync();
        }
    }
}
