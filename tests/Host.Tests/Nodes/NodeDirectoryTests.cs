using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using Akka.Cluster;

namespace ActorRlhf.Host.Tests.Nodes;

/// <summary>Who is in the cluster, as its members tell one another.</summary>
public sealed class NodeDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nodes_know_one_another_by_name_and_control_port_and_remember_who_has_left()
    {
        var settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 1 << 30, BatchSize = 64 };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        NodeOptions Options(string name, NodeRoles roles) => new() { Name = name, Roles = roles, Network = new NetworkSettings(), Cluster = settings.Cluster() };
        await using var core = await Node.StartAsync(Options("the core", NodeRoles.Learner | NodeRoles.Episodes), work, log);
        string http;
        await using (var worker = await Node.StartAsync(Options("arbeiter-ü", NodeRoles.Scorer), work, log))
        {
            http = worker.Address;
            await Until(() => core.Directory.Find("arbeiter-ü") is { Status: "up" });
            var seen = core.Directory.Find(Cluster.Get(worker.System).SelfAddress)!;
            Assert.Equal(("arbeiter-ü", http), (seen.Name, seen.Http));
            Assert.Equal(["scorer"], seen.Roles);
            Assert.InRange(seen.Started, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
            await Until(() => worker.Directory.Nodes.Count == 2);
            Assert.Equal(core.Address, worker.Directory.Find("the core")!.Http);
        }

        await Until(() => core.Directory.Find("arbeiter-ü") is { Status: "gone", GoneSince: not null });
        Assert.Equal(["arbeiter-ü", "the core"], core.Directory.Nodes.Select(node => node.Name));
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(20, patience.Token);
    }
}
