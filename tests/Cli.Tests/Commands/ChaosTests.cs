using System.Runtime.Versioning;
using System.Text.Json;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>A small run of <c>rlhf chaos</c>.</summary>
[SupportedOSPlatform("linux")]
public sealed class ChaosTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Whoever_is_killed_every_episode_is_trained_on_once_and_the_journal_gives_the_same_weights()
    {
        using var chaos = Child.Start("chaos", "--episodes", "1500", "--kills", "8", "--out", Path.Combine(_folder, "run"), "--json");
        var ended = await chaos.End();
        Assert.True(ended.Code == 0, ended.Error + ended.Output);
        var round = Assert.Single(JsonDocument.Parse(ended.Output).RootElement.EnumerateArray());
        var account = round.GetProperty("account");
        Assert.True(round.GetProperty("passed").GetBoolean());
        Assert.True(round.GetProperty("weights_equal").GetBoolean());
        Assert.InRange(round.GetProperty("strikes").GetArrayLength(), 8, int.MaxValue);
        Assert.Contains(round.GetProperty("strikes").EnumerateArray(), strike => strike.GetProperty("kind").GetString() == "power_cut");
        Assert.Equal((1500, 0, 1500), (Number("trained"), Number("duplicated"), Number("journaled")));
        Assert.Equal(Number("generated"), 1500 + Number("refused_total") + Number("in_flight"));

        int Number(string name) => account.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("--kills 0", "--kills is 0; it is a number from 1 to 1000000")]
    [InlineData("--every often", "--every is often; it is a number from 0.05 to 3600")]
    [InlineData("--every 0", "--every is 0; it is a number from 0.05 to 3600")]
    public async Task A_number_that_cannot_be_is_named(string line, string said)
    {
        var run = await Shell.Run(["chaos", .. line.Split(' ')]);
        Assert.Equal(2, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }
}
