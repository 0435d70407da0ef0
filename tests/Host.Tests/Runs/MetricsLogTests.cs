using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Runs;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LogPath => _folder.In("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_record_is_one_line_of_json_in_the_documented_form()
    {
        using (var log = MetricsLog.Open(LogPath, new FixedTime(new(2026, 1, 31, 9, 30, 0, 5, TimeSpan.Zero))))
            log.Append(12, "ppo", [new("kl", 1.5), new("loss/policy", -0.25)]);

        Assert.Equal(
            """{"step":12,"time":"2026-01-31T09:30:00.005Z","phase":"ppo","metrics":{"kl":1.5,"loss/policy":-0.25}}""" + "\n",
            File.ReadAllText(LogPath));
    }

    [Fact]
    public void A_record_is_on_disk_for_other_processes_as_soon_as_it_is_appended()
    {
        using var log = MetricsLog.Open(LogPath);
        log.Append(1, "sft", [new("loss", 3.5)]);

        var record = Assert.Single(MetricsLog.Read(LogPath));
        Assert.Equal((1L, "sft", 3.5), (record.Step, record.Phase, record.Metrics["loss"]));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(0.1)]
    [InlineData(-1.7976931348623157E+308)]
    [InlineData(5E-324)]
    public void Every_double_comes_back_as_it_was(double value)
    {
        using (var log = MetricsLog.Open(LogPath))
            log.Append(1, "sft", [new("x", value)]);

        Assert.Equal(value, Assert.Single(MetricsLog.Read(LogPath)).Metrics["x"]);
    }

    [Fact]
    public void A_torn_last_line_is_not_read_and_is_overwritten_when_the_log_is_opened_again()
    {
        using (var log = MetricsLog.Open(LogPath))
            log.Append(1, "sft", [new("loss", 2)]);
        File.AppendAllText(LogPath, """{"step":2,"time":"2026-01""");
        Assert.Equal([1L], Steps());

        using (var log = MetricsLog.Open(LogPath))
            log.Append(2, "sft", [new("loss", 1)]);
        Assert.Equal([1L, 2L], Steps());
        Assert.DoesNotContain("2026-01\"", File.ReadAllText(LogPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Rewinding_keeps_earlier_phases_and_steps_and_drops_what_will_be_done_again()
    {
        using var log = MetricsLog.Open(LogPath);
        foreach (var (phase, step) in new[] { ("sft", 1), ("sft", 9), ("ppo", 1), ("ppo", 2), ("ppo", 3), ("ppo", 4) })
            log.Append(step, phase, [new("x", step)]);

        log.Rewind("ppo", 2);
        log.Append(3, "ppo", [new("x", 33)]);

        Assert.Equal([1L, 9L, 1L, 2L, 3L], Steps());
        Assert.Equal(33, MetricsLog.Read(LogPath).Last().Metrics["x"]);
    }

    [Fact]
    public void Rewinding_a_phase_to_before_its_start_drops_it_and_the_phases_after_it()
    {
        using var log = MetricsLog.Open(LogPath);
        foreach (var (phase, step) in new[] { ("sft", 5), ("reward", 0), ("reward", 1), ("ppo", 0) })
            log.Append(step, phase, [new("x", step)]);

        log.Rewind("reward", -1);

        Assert.Equal([5L], Steps());
    }

    [Fact]
    public void Rewinding_beyond_the_end_changes_nothing()
    {
        using var log = MetricsLog.Open(LogPath);
        log.Append(1, "sft", [new("x", 1)]);
        log.Rewind("sft", 100);
        log.Append(2, "sft", [new("x", 2)]);

        Assert.Equal([1L, 2L], Steps());
    }

    [Fact]
    public void A_writer_that_stood_still_while_another_took_over_spoils_nothing()
    {
        using var frozen = MetricsLog.Open(LogPath);
        for (var step = 1; step <= 5; step++) frozen.Append(step, "ppo", [new("x", step)]);
        using var next = MetricsLog.Open(LogPath);
        next.Rewind("ppo", 3);
        next.Append(4, "ppo", [new("x", 40)]);

        frozen.Append(6, "ppo", [new("much longer than what the other one writes", 6)]);
        var error = Assert.Throws<UserErrorException>(() => frozen.Rewind("ppo", 2));
        next.Append(5, "ppo", [new("x", 50)]);

        Assert.Equal($"{LogPath}: another process has taken the run over and writes it now; this one stops", error.Message);
        Assert.Equal([1L, 2L, 3L, 4L, 5L], Steps());
        Assert.Equal(50, MetricsLog.Read(LogPath).Last().Metrics["x"]);
    }

    [Fact]
    public void What_is_left_of_a_record_that_did_not_fit_on_the_disk_goes_with_the_next_one()
    {
        using var log = MetricsLog.Open(LogPath);
        log.Append(1, "ppo", [new("x", 1)]);
        File.AppendAllText(LogPath, """{"step":2,""");

        log.Append(2, "ppo", [new("x", 2)]);

        Assert.Equal([1L, 2L], Steps());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"step":"one","time":"2026-01-01T00:00:00Z","phase":"sft","metrics":{}}""")]
    [InlineData("""{"step":1,"time":"yesterday","phase":"sft","metrics":{}}""")]
    [InlineData("""{"step":1,"time":"2026-01-01T00:00:00Z","phase":"sft","metrics":{"x":"much"}}""")]
    [InlineData("[]")]
    public void A_finished_line_that_is_no_record_is_named_by_file_and_number(string line)
    {
        File.WriteAllText(LogPath, """{"step":1,"time":"2026-01-01T00:00:00Z","phase":"sft","metrics":{}}""" + "\n" + line + "\n");

        var error = Assert.Throws<UserErrorException>(() => MetricsLog.Read(LogPath).ToList());
        Assert.StartsWith($"{LogPath} line 2: not a metrics record", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_longer_than_the_read_buffer_is_one_record()
    {
        using (var log = MetricsLog.Open(LogPath))
        {
            log.Append(1, "sft", Enumerable.Range(0, 20_000).Select(i => new KeyValuePair<string, double>($"figure{i}", i)));
            log.Append(2, "sft", [new("x", 2)]);
        }

        var records = MetricsLog.Read(LogPath).ToList();
        Assert.Equal(20_000, records[0].Metrics.Count);
        Assert.Equal(2, records[1].Step);
    }

    [Fact]
    public void A_log_that_does_not_exist_has_no_records() => Assert.Empty(MetricsLog.Read(_folder.In("none.jsonl")));

    private IEnumerable<long> Steps() => MetricsLog.Read(LogPath).Select(record => record.Step);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
