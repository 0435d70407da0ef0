using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model;
using Akka.Cluster;

namespace ActorRlhf.Host.Tests.Nodes;

/// <summary>Nodes of different versions of the program on one database.</summary>
public sealed class ProtocolVersionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_that_speaks_another_protocol_is_refused_and_the_others_go_on()
    {
        var settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 4096, BatchSize = 64 };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        NodeOptions Options(string name, NodeRoles roles) => new() { Name = name, Roles = roles, Network = new NetworkSettings(), Cluster = settings.Cluster() };
        await using var core = await Node.StartAsync(Options("core", NodeRoles.Learner | NodeRoles.Episodes), work, log);
        var self = Cluster.Get(core.System).SelfAddress;

        var options = Options("newer", NodeRoles.All) with { ProtocolVersion = ClusterEntry.ProtocolVersion + 1 };
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Node.StartAsync(options, work, log));
        Assert.Equal($"the node at {self} speaks protocol-1 and this one protocol-2; run the same version of the program on all nodes", error.Message);
        using (var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1)))
        {
            while (core.Status().Members is not [var only] || only != self.ToString()) await Task.Delay(20, patience.Token); // it sees that with the next heartbeat
        }

        await using var worker = await Node.StartAsync(Options("worker", NodeRoles.Rollout | NodeRoles.Scorer), work, log);
        Assert.Null((await core.Completion.WaitAsync(TimeSpan.FromMinutes(2))).Failure);
        Assert.Equal((64, 4096), (core.Status().Version, core.Status().TrainedEpisodes));
    }
}
