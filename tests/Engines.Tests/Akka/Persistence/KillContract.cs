using ActorRlhf.Engines.Tests.Node.Persistence;
using Akka.Actor;
using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>Processes killed while they write.</summary>
public sealed class KillContract
{
    private const int Ledgers = 20;

    [Theory, OnSqlite, OnPostgres]
    public async Task A_process_that_is_killed_leaves_every_acknowledged_event_in_order(string provider)
    {
        using var database = new TestDatabase(provider);
        var random = new Random(4);
        var hocon = "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\n" + EntrySerializer.Hocon + database.Hocon;
        var acknowledged = new long[Ledgers];
        for (var life = 0; life < 4; life++)
        {
            using var node = await NodeProcess.StartAsync("persistence", "killed", hocon);
            node.Command($"{Ledgers}");
            for (var left = random.Next(200, 2000); left > 0; left--) Note(acknowledged, await node.ExpectAsync("ack "));
            node.Kill();
            foreach (var line in await node.RestAsync()) Note(acknowledged, line);
        }

        using var system = ActorSystem.Create("reader", ConfigurationFactory.ParseString(hocon));
        for (var i = 0; i < Ledgers; i++)
        {
            var id = $"ledger-{i}";
            var entries = await EntryReader.ReadAsync(system, id);
            Assert.True(entries.Count >= acknowledged[i], $"{id}: {acknowledged[i]} was acknowledged, {entries.Count} is the last");
        }

        await system.Terminate();
    }

    // Each ledger counts up by one, whoever killed it in between: an acknowledged number is never given again.
    private static void Note(long[] acknowledged, string line)
    {
        if (line.Split(' ') is not ["ack", var id, var number]) return;
        ref var last = ref acknowledged[int.Parse(id["ledger-".Length..], System.Globalization.CultureInfo.InvariantCulture)];
        var now = long.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(now > last, $"{id}: {now} was acknowledged after {last}");
        last = now;
    }
}
