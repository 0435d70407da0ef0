using System.Diagnostics;
using ActorRlhf.Engines.Tests.Akka.Persistence;
using ActorRlhf.Engines.Tests.Node.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Xunit.Abstractions;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>Many persistent entities in processes that are killed all the time.</summary>
[Collection(Alone.Name)]
public sealed class ShardingLoadContract(ITestOutputHelper output)
{
    private const int Processes = 4;

    // 10,000 commands a second, so that the load goes on through four kills and more; slower where the machine is.
    private static readonly Teller.Plan Plan = new(Accounts: 1_000, Commands: 200, CommandsPerSecond: 10, Window: 32);
    private static readonly TimeSpan KillEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    [Theory, OnSqlite, OnPostgres]
    public async Task Every_acknowledged_event_is_there_in_order_and_once_while_a_process_is_killed_every_5_seconds(string provider)
    {
        const string Role = "akka.cluster { roles = [bank], sharding.role = bank }";
        using var cluster = new ClusterFixture(provider);
        var nodes = new NodeProcess[Processes];
        for (var i = 0; i < Processes; i++) nodes[i] = await StartAsync();
        using var system = ActorSystem.Create("client", ConfigurationFactory.ParseString($"{cluster.Hocon()}\nakka.actor.provider = remote"));
        var time = Stopwatch.StartNew();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fronts = Fronts();
        var teller = system.ActorOf(Props.Create(() => new Teller(fronts, Plan, done)));
        using var tick = new PeriodicTimer(KillEvery);
        var kills = 0;
        while (await Task.WhenAny(done.Task, tick.WaitForNextTickAsync().AsTask()) != done.Task)
        {
            var progress = await teller.Ask<string>(Teller.Report.Instance, PersistenceFixture.Patience);
            output.WriteLine($"{kills} kills, {progress}");
            Assert.True(time.Elapsed < Deadline, $"{kills} kills, {progress}");
            nodes[kills++ % Processes].Kill();
            for (var i = 0; i < Processes; i++)
            {
                if (nodes[i].HasEnded) nodes[i] = await StartAsync(); // also one that the others took for dead because it had no processor time
            }

            teller.Tell(Fronts());
        }

        output.WriteLine($"{kills} kills, {await teller.Ask<string>(Teller.Report.Instance, PersistenceFixture.Patience)}");
        Assert.True(kills >= 3, $"all was done after {time.Elapsed}, and {kills} kills");
        await done.Task;
        Assert.Equal(
            [[(long)Plan.Accounts, (long)Plan.Total, 1L, (long)Plan.Commands]],
            cluster.Database.Query("SELECT count(DISTINCT persistence_id), count(*), min(sequence_number), max(sequence_number) FROM journal"));
        var journals = await Task.WhenAll(Enumerable.Range(0, Plan.Accounts).Select(id => EntryReader.ReadAsync(system, $"account-{id}")));
        Assert.All(journals, entries => Assert.Equal(Plan.Commands, entries.Count));
        var writers = journals.SelectMany(entries => entries.Select(entry => entry.Writer)).ToHashSet();
        Assert.True(writers.Count > Processes, $"only {writers.Count} processes have written, so none that was started again was given a shard");
        output.WriteLine($"verified after {time.Elapsed}");
        await system.Terminate();

        ICanTell[] Fronts() => [.. nodes.Select(node => system.ActorSelection($"{node.Address}/user/{Account.TypeName}"))];

        async Task<NodeProcess> StartAsync()
        {
            var node = await cluster.AddAsync(Role, isSeen: false);
            node.Command("accounts quiet");
            return node;
        }
    }
}
