using System.Globalization;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Runs;

public sealed class MetricsHistoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LogPath => _folder.In("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(-1, 1, 4_000)]
    [InlineData(0, 1, 4_000)]
    [InlineData(10, 11, 3_990)]
    [InlineData(2_000, 2_001, 2_000)]
    [InlineData(3_999, 4_000, 1)]
    public void Records_after_a_step_are_read_of_a_long_log(long after, long first, int count)
    {
        Write(4_000); // 400 KB: far more than is looked at first
        var records = MetricsHistory.Read(LogPath, "ppo", after, 10_000);
        Assert.Equal((first, 4_000, count), (records[0].Step, records[^1].Step, records.Count));
        Assert.All(records, record => Assert.Equal(record.Step + 0.5, record.Metrics["x"]));
    }

    [Fact]
    public void There_is_nothing_after_the_last_and_nothing_of_a_run_without_a_log()
    {
        Assert.Empty(MetricsHistory.Read(LogPath, "ppo", -1, 10));
        Write(3);
        Assert.Empty(MetricsHistory.Read(LogPath, "ppo", 3, 10));
        Assert.Empty(MetricsHistory.Read(LogPath, "ppo", 99, 10));
    }

    [Fact]
    public void Of_too_many_evenly_spread_ones_are_taken_with_the_first_and_the_last()
    {
        Write(100);
        Assert.Equal([1L, 34, 67, 100], MetricsHistory.Read(LogPath, "ppo", -1, 4).Select(record => record.Step));
        Assert.Equal([98L, 99, 100], MetricsHistory.Read(LogPath, "ppo", 97, 4).Select(record => record.Step));
    }

    [Fact]
    public void Other_phases_and_a_line_that_is_not_finished_are_left_out()
    {
        using (var log = MetricsLog.Open(LogPath))
        {
            log.Append(5, "sft", [new("loss", 3)]);
            log.Append(1, "ppo", [new("x", double.NaN)]);
        }

        File.AppendAllText(LogPath, """{"step":2,"time":"2026-01""");
        var record = Assert.Single(MetricsHistory.Read(LogPath, "ppo", -1, 10));
        Assert.Equal((1, double.NaN), (record.Step, record.Metrics["x"]));
        Assert.Equal(5, Assert.Single(MetricsHistory.Read(LogPath, "sft", 2, 10)).Step);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"step":"two","phase":"ppo"}""")]
    public void A_line_that_is_no_record_is_said_to_be_none(string line)
    {
        File.WriteAllText(LogPath, line + "\n");
        Assert.Contains("not a metrics record", Assert.Throws<UserErrorException>(() => MetricsHistory.Read(LogPath, "ppo", -1, 10)).Message, StringComparison.Ordinal);
    }

    private void Write(int steps) => File.WriteAllLines(
        LogPath,
        Enumerable.Range(1, steps).Select(step => string.Create(
            CultureInfo.InvariantCulture, $$$"""{"step":{{{step}}},"time":"2026-01-31T09:30:00.000Z","phase":"ppo","metrics":{"x":{{{step}}}.5,"a/name/to/fill/the/line":0.1234567890123}}""")));
}
