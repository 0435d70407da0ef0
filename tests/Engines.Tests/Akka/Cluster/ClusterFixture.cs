using ActorRlhf.Engines.Tests.Akka.Persistence;
using ActorRlhf.Engines.Tests.Node.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>Processes that are members of one cluster, with a database of their own.</summary>
internal sealed class ClusterFixture(string provider) : IDisposable
{
    private readonly List<NodeProcess> _nodes = [];

    /// <summary>The journal, and where the embedded engine has its members.</summary>
    public TestDatabase Database { get; } = new(provider);

    /// <summary>What a member is configured with: deaths noticed within 5 s, which is the embedded engine's default.</summary>
    public string Hocon(string hocon = "") => $$"""
        akka {
          loglevel = ERROR
          stdout-loglevel = OFF
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          cluster.split-brain-resolver.stable-after = 1 s
        }
        {{EntrySerializer.Hocon}}
        {{Database.Hocon}}
        {{hocon}}
        """;

    /// <summary>Starts one more member and waits until it is up and, unless <paramref name="isSeen"/> is false, every other has seen it.</summary>
    public async Task<NodeProcess> AddAsync(string hocon = "", string scenario = "cluster", bool isSeen = true)
    {
        var node = await NodeProcess.StartAsync(scenario, "one", Hocon(hocon));
        var others = _nodes.Where(other => !other.HasEnded).ToList();
        _nodes.Add(node);
        node.Command($"join {(others.Count > 0 ? others[0] : node).Address}");
        await node.ExpectAsync($"up {node.Address}");
        foreach (var other in others.Where(_ => isSeen)) await other.ExpectAsync($"up {node.Address}");
        return node;
    }

    public void Dispose()
    {
        foreach (var node in _nodes) node.Dispose();
        Database.Dispose();
    }
}
