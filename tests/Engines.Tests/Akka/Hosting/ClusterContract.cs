using System.Net;
using System.Net.Sockets;
using ActorRlhf.Engines.Tests.Akka.Persistence;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Akka.Persistence.Sql.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorRlhf.Engines.Tests.Akka.Hosting;

public sealed class ClusterContract
{
    private static readonly IMessageExtractor Extractor = HashCodeMessageExtractor.Create(8, message => ((string)message).Split(':')[0]);

    [Fact]
    public async Task A_member_that_stops_in_good_order_hands_its_singleton_and_entities_over()
    {
        using var database = new TestDatabase(OnSqliteAttribute.Provider);
        var port = FreePort();
        await using var first = await HostFixture.StartAsync(akka => Member(akka, database, port, port));
        Assert.Equal("singleton on " + port, await Ask<Singleton>(first, "where"));
        Assert.Equal("a on " + port, await Ask<Entity>(first, "a:where"));
        var secondPort = FreePort();
        await using var second = await HostFixture.StartAsync(akka => Member(akka, database, secondPort, port));
        await using var watcher = await HostFixture.StartAsync(akka => Watcher(akka, database, port));
        Assert.Equal("singleton on " + port, await Ask<Singleton>(second, "where"));
        Assert.StartsWith("b on ", await Ask<Entity>(watcher, "b:where"), StringComparison.Ordinal);

        await first.StopAsync();

        Assert.Equal("singleton on " + secondPort, await Ask<Singleton>(watcher, "where"));
        Assert.Equal("a on " + secondPort, await Ask<Entity>(watcher, "a:where"));
    }

    [Fact]
    public void A_seed_node_has_to_be_an_address()
    {
        Assert.ThrowsAny<UriFormatException>(() => new AkkaConfigurationBuilder(new ServiceCollection(), "test")
            .WithClustering(new ClusterOptions { SeedNodes = ["nowhere"] }));
    }

    private static void Member(AkkaConfigurationBuilder akka, TestDatabase database, int port, int seed) => Node(akka, database, port, seed, "worker")
        .WithSingleton<Singleton>("singleton", (_, _, resolver) => resolver.Props<Teller>("singleton on " + port), new ClusterSingletonOptions { Role = "worker" })
        .WithShardRegion<Entity>("entity", id => Props.Create<Teller>($"{id} on {port}"), Extractor, new ShardOptions { Role = "worker" });

    private static void Watcher(AkkaConfigurationBuilder akka, TestDatabase database, int seed) => Node(akka, database, 0, seed, "watcher")
        .WithShardRegionProxy<Entity>("entity", "worker", Extractor)
        .WithSingletonProxy<Singleton>("singleton", new ClusterSingletonOptions { Role = "worker" });

    private static AkkaConfigurationBuilder Node(AkkaConfigurationBuilder akka, TestDatabase database, int port, int seed, string role) => akka
        .AddHocon("akka { loglevel = ERROR, stdout-loglevel = OFF }", HoconAddMode.Prepend)
        .WithClustering(new ClusterOptions { Roles = [role], SeedNodes = [$"akka.tcp://hosted@127.0.0.1:{seed}"] })
        .WithRemoting("127.0.0.1", port)
        .WithSqlPersistence(database.ConnectionString, database.ProviderName);

    private static Task<string> Ask<TKey>(HostFixture host, string question) => Retry.UntilAsync(
        () => host.Services.GetRequiredService<IRequiredActor<TKey>>().ActorRef.Ask<string>(question, TimeSpan.FromSeconds(3)), TimeSpan.FromSeconds(60));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public sealed class Singleton;

    public sealed class Entity;

    internal sealed class Teller : ReceiveActor
    {
        public Teller(string text)
        {
            ReceiveAny(_ => Sender.Tell(text));
        }
    }
}
