using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;

namespace ActorRlhf.Actors.Tests;

/// <summary>Actor systems of this process that are members of one cluster, on a database of their own.</summary>
internal sealed class ClusterRun : IAsyncDisposable
{
    private readonly RunDatabase _database = new();
    private readonly List<ActorSystem> _systems = [];

    /// <summary>Starts a member, and waits until it is up.</summary>
    /// <param name="port">Its port; 0 for a free one.</param>
    /// <param name="roles">Its roles.</param>
    public async Task<ActorSystem> Start(int port, params string[] roles)
    {
        var system = ActorSystem.Create("run", ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString($$"""
                akka.loglevel = OFF
                akka.stdout-loglevel = OFF
                akka.actor.provider = cluster
                akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
                akka.cluster.roles = [{{string.Join(',', roles)}}]
                {{_database.Hocon}}
                """)),
            ProtocolSerializer.Setup));
        _systems.Add(system);
        using var time = new CancellationTokenSource(RunDatabase.Patience);
        await Cluster.Get(system).JoinAsync(Cluster.Get(_systems[0]).SelfAddress, time.Token);
        return system;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(system => system.Terminate()));
        await _database.DisposeAsync();
    }
}
