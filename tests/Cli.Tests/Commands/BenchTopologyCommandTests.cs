using System.Text.Json;

namespace ActorRlhf.Cli.Tests.Commands;

public sealed class BenchTopologyCommandTests
{
    [Fact]
    public async Task It_asks_all_nodes_and_says_how_long_that_took()
    {
        var run = await Shell.Run("bench", "topology", "--nodes", "5", "--actors", "3", "--rounds", "3", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var result = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((5, 3), (result.GetProperty("nodes").GetInt32(), result.GetProperty("actors").GetInt32()));
        Assert.InRange(result.GetProperty("median_seconds").GetDouble(), 1e-6, result.GetProperty("worst_seconds").GetDouble());
        Assert.InRange(result.GetProperty("bytes").GetInt32(), 5 * 3 * 100, 5 * 3 * 2_000);
        Assert.Equal(2, (await Shell.Run("bench", "topology", "--nodes", "0")).Code);
    }
}
