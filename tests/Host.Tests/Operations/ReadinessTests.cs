using System.Net;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>Whether a node says that it can work, and why not.</summary>
public sealed class ReadinessTests : IDisposable
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "starting")]
    [InlineData("joining", "joining")]
    [InlineData("leaving", "leaving")]
    [InlineData("gone", "gone")]
    [InlineData("up", null)]
    public void Only_a_member_that_is_up_is_ready(string? status, string? reason) => Assert.Equal(reason, Readiness.Obstacle(status, [], [], Lately));

    [Fact]
    public void A_node_that_has_not_heard_from_the_learner_lately_is_not_ready()
    {
        Assert.Equal("learner", Readiness.Obstacle("up", [], [], null));
        Assert.Equal("learner", Readiness.Obstacle("up", [], [], NodeStatus.Patience));
        Assert.Null(Readiness.Obstacle("up", [], [], NodeStatus.Patience - TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_node_whose_rollout_does_not_run_is_not_ready() => Assert.Equal("workers", Readiness.Obstacle("up", ["/user/rollout"], [], Lately));

    [Fact]
    public async Task A_node_is_ready_while_its_workers_run_and_says_so_without_a_token()
    {
        var settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 1 << 30, BatchSize = 256, Shards = 2 };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        await File.WriteAllTextAsync(_folder.In("token"), new string('a', 40));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder.In("token"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var options = new NodeOptions { Name = "all", Roles = NodeRoles.All, Network = new NetworkSettings { TokenFile = _folder.In("token") }, Cluster = settings.Cluster() };
        await using var node = await Node.StartAsync(options, work, log);
        using var http = new HttpClient();
        await Until(HttpStatusCode.OK, "ready");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(node.Address + NodeMetrics.Path)).StatusCode);

        node.Drain();

        await Until(HttpStatusCode.ServiceUnavailable, Readiness.Workers);

        async Task Until(HttpStatusCode status, string word)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (true)
            {
                using var answer = await http.GetAsync(node.Address + NodeGate.ReadyPath, patience.Token);
                if (answer.StatusCode == status && await answer.Content.ReadAsStringAsync(patience.Token) == word) return;
                await Task.Delay(20, patience.Token);
            }
        }
    }
}
