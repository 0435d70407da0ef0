using System.Runtime.Versioning;
using System.Text.Json;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary><c>rlhf bench episodes</c>, small.</summary>
[SupportedOSPlatform("linux")]
public sealed class BenchEpisodesCommandTests
{
    [Fact]
    public async Task Every_episode_is_trained_exactly_once_though_processes_are_killed()
    {
        using var child = Child.Start("bench", "episodes", "--episodes", "20000", "--kills", "2", "--json");
        var outcome = await child.End();
        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        var result = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(20000, result.GetProperty("trained").GetInt64());
        Assert.Equal(0, result.GetProperty("lost").GetInt64());
        Assert.Equal(0, result.GetProperty("duplicated").GetInt64());
        Assert.Equal(2, result.GetProperty("killed").EnumerateArray().Select(name => name.GetString()).Distinct().Count());
        Assert.Empty(result.GetProperty("faults").EnumerateArray());
        Assert.InRange(result.GetProperty("journal_bytes_per_episode").GetDouble(), 48 * (2 * 4 + 1) * 2, 1200); // two log-probabilities and a token, in two journals
        Assert.InRange(result.GetProperty("peak_rss_mb").GetDouble(), 1, 512);
    }

    [Fact]
    public async Task A_folder_of_something_else_is_refused()
    {
        using var child = Child.Start("bench", "episodes", "--out", AppContext.BaseDirectory);
        var outcome = await child.End();
        Assert.Equal(1, outcome.Code);
        Assert.Contains("is not empty", outcome.Error, StringComparison.Ordinal);
    }
}
