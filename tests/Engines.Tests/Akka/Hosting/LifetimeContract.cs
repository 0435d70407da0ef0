using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Hosting;
using Akka.Persistence;
using Akka.Persistence.Sql.Hosting;
using Akka.Remote.Hosting;
using ActorRlhf.Engines.Tests.Akka.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace ActorRlhf.Engines.Tests.Akka.Hosting;

public sealed class LifetimeContract
{
    [Fact]
    public async Task Stopping_the_host_runs_the_phases_of_the_coordinated_shutdown_in_order()
    {
        string[] phases =
        [
            CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseServiceRequestsDone, CoordinatedShutdown.PhaseServiceStop,
            CoordinatedShutdown.PhaseClusterShardingShutdownRegion, CoordinatedShutdown.PhaseClusterExiting, CoordinatedShutdown.PhaseBeforeActorSystemTerminate,
        ];
        var ran = new ConcurrentQueue<string>();
        var host = await HostFixture.StartAsync(akka => akka.WithActors((system, _) =>
        {
            foreach (var phase in phases.Reverse())
            {
                CoordinatedShutdown.Get(system).AddTask(phase, "note", async () =>
                {
                    await Task.Delay(20);
                    ran.Enqueue(phase);
                    return Done.Instance;
                });
            }
        }));
        var system = host.System;

        await host.StopAsync();

        Assert.Equal(phases, ran);
        Assert.IsType<CoordinatedShutdown.ClrExitReason>(CoordinatedShutdown.Get(system).ShutdownReason);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_system_that_ends_by_itself_stops_the_host()
    {
        await using var host = await HostFixture.StartAsync(_ => { });
        var stopping = new TaskCompletionSource();
        host.Lifetime.ApplicationStopping.Register(stopping.SetResult);

        await host.System.Terminate();

        await stopping.Task.WaitAsync(HostFixture.Patience);
    }

    [Fact]
    public async Task Actors_are_stopped_before_the_host_has_stopped()
    {
        var stopped = new TaskCompletionSource();
        var host = await HostFixture.StartAsync(akka => akka.WithActors((system, _) => system.ActorOf(Props.Create<LastWords>(stopped))));

        await host.StopAsync();

        Assert.True(stopped.Task.IsCompleted);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task What_a_hosted_system_persisted_the_next_one_recovers()
    {
        using var database = new TestDatabase(OnSqliteAttribute.Provider);
        foreach (var expected in new[] { 1, 2 })
        {
            await using var host = await HostFixture.StartAsync(akka => akka
                .WithActors((system, registry) => registry.Register<Counter>(system.ActorOf(Props.Create<Counter>())))
                .WithSqlPersistence(database.ConnectionString, database.ProviderName));
            Assert.Equal(expected, await host.Services.GetRequiredService<IRequiredActor<Counter>>().ActorRef.Ask<int>("count", HostFixture.Patience));
        }
    }

    [Fact]
    public async Task Journal_and_snapshot_store_are_configured_one_by_one()
    {
        await using var host = await HostFixture.StartAsync(akka => akka
            .WithRemoting(options => options.Port = 0)
            .WithSqlPersistence(
                new SqlJournalOptions(isDefaultPlugin: true) { ConnectionString = "Data Source=\"a;b\\c\".db", ProviderName = "SQLite.MS" },
                new SqlSnapshotOptions(isDefaultPlugin: false, "other") { ConnectionString = "Data Source=x.db", ProviderName = "SQLite.MS", AutoInitialize = false }));
        var config = host.System.Settings.Config;

        Assert.Equal("akka.persistence.journal.sql", config.GetString("akka.persistence.journal.plugin"));
        Assert.Equal("Data Source=\"a;b\\c\".db", config.GetString("akka.persistence.journal.sql.connection-string"));
        Assert.NotEqual("akka.persistence.snapshot-store.other", config.GetString("akka.persistence.snapshot-store.plugin"));
        Assert.False(config.GetBoolean("akka.persistence.snapshot-store.other.auto-initialize", true));
        Assert.Throws<ArgumentNullException>(() => new AkkaConfigurationBuilder(new ServiceCollection(), "test").WithSqlPersistence("", "SQLite.MS"));
    }

    [Fact]
    public async Task SIGTERM_runs_the_phases_and_ends_the_process_with_0()
    {
        using var node = await NodeProcess.StartAsync("hosted", "signalled", "akka.loglevel = WARNING");

        var code = await node.AskToEndAsync();
        var lines = await node.RestAsync();

        Assert.Equal(0, code);
        Assert.Equal(
            [
                "phase before-service-unbind ClrExitReason", "phase service-stop ClrExitReason", "phase cluster-leave ClrExitReason",
                "phase before-actor-system-terminate ClrExitReason", "terminated",
            ],
            lines.Where(line => line.StartsWith("phase ", StringComparison.Ordinal) || line == "terminated"));
    }

    [Fact]
    public async Task A_process_whose_system_ends_by_itself_ends_with_0()
    {
        using var node = await NodeProcess.StartAsync("hosted", "ended", "akka.loglevel = WARNING");

        await node.TerminateAsync();

        Assert.Equal(0, node.ExitCode);
        Assert.Contains("phase service-stop ActorSystemTerminateReason", node.Unclaimed);
    }

    internal sealed class LastWords(TaskCompletionSource stopped) : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);

        protected override void PostStop() => stopped.SetResult();
    }

    internal sealed class Counter : ReceivePersistentActor
    {
        private int _count;

        public Counter()
        {
            Recover<string>(_ => _count++);
            Command<string>(text => Persist(text, _ => Sender.Tell(++_count)));
        }

        public override string PersistenceId => "counter";
    }
}
