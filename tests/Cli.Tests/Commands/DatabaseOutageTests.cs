using System.Runtime.Versioning;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>The database server goes away, shortly and for longer than anybody waits for a single answer.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class DatabaseOutageTests(ToyWorkspace toy)
{
    [PostgresFact]
    public async Task A_run_waits_for_its_database_says_so_and_goes_on_where_it_was()
    {
        using var server = new PostgresServer();
        using var run = await ToyRun.Make(toy, $"rlhf.cluster.connection-string=\"{server.Connection}\"");
        var cluster = run.Command("up", "--rollouts", "2", "--standbys", "1");
        await cluster.Until(() => run.Steps.Any(step => step >= 4));
        server.Stop(); // in the middle of whatever it does
        server.Start();
        await cluster.Until(() => run.Steps.Any(step => step >= 12));
        server.Stop();
        await cluster.Until(() => Complains("rollout-1", $"The members' table does not answer: Failed to connect to {server.Address}"));
        const string lost = "cannot write to its journal: Failed to connect"; // a shard or the learner, whoever is about to
        await cluster.Until(async () => await Complains("learner", lost) || await Complains("standby-1", lost));

        server.Start();
        var ended = await cluster.End();
        Assert.True(ended.Code == 0, ended.Error);
        await run.AssertWhole(toy);

        async Task<bool> Complains(string node, string what) =>
            (await run.Status(node))?.Troubles.Any(trouble => trouble.Contains(what, StringComparison.Ordinal)) == true;
    }
}
