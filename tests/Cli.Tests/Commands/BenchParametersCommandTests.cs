using System.Runtime.Versioning;
using System.Text.Json;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary><c>rlhf bench parameters</c>, small.</summary>
[SupportedOSPlatform("linux")]
public sealed class BenchParametersCommandTests
{
    [Fact]
    public async Task Every_process_gets_and_checks_every_chunk()
    {
        using var child = Child.Start("bench", "parameters", "--mb", "4", "--processes", "2", "--rounds", "1", "--json");
        var outcome = await child.End();
        Assert.True(outcome.Code == 0, outcome.Error);
        var result = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(8, result.GetProperty("chunks_checked").GetInt32()); // 4,000,000 bytes are 4 chunks of 1 MiB
        Assert.InRange(result.GetProperty("learner_uploads").GetDouble(), 1, 2);
        Assert.True(result.GetProperty("ratio").GetDouble() > 0);
        Assert.Single(result.GetProperty("fetch_seconds").EnumerateArray());
    }

    [Fact]
    public async Task A_number_out_of_its_range_is_said()
    {
        using var child = Child.Start("bench", "parameters", "--processes", "0");
        var outcome = await child.End();
        Assert.Equal(2, outcome.Code);
        Assert.Contains("--processes is 0; it is a number from 1 to 64.", outcome.Error);
    }
}
