using System.Text.Json;

namespace ActorRlhf.Cli.Tests.Commands;

[Collection(ToyCollection.Name)]
public sealed class DemoCommandTests(ToyWorkspace toy) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    private string RunPath => Path.Combine(_folder, "demo");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_four_steps_run_to_a_report()
    {
        var run = await Demo();

        Assert.True(run.Code == 0, run.Error);
        Assert.EndsWith($"Report: {RunPath}/report.html\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("Gold win rate", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output + run.Error);
        foreach (var phase in new[] { "sft", "compare (train)", "reward", "ppo", "evaluate (ppo-greedy)" })
            Assert.Contains($"{phase}: ", run.Error, StringComparison.Ordinal);

        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(RunPath, "report.json")));
        Assert.InRange(Figure("sft", "validation_loss"), 0.01, 10);
        Assert.InRange(Figure("reward", "accuracy"), 0, 1);
        Assert.True(double.IsFinite(Figure("ppo", "reward_gain_sd")));
        Assert.True(double.IsFinite(Figure("ppo", "kl")));
        Assert.InRange(Figure("gold", "win_rate_vs_sft"), Figure("gold", "win_rate_vs_sft_low"), 1);
        Assert.InRange(Figure("gold", "win_rate_vs_reference"), 0, 1);
        Assert.True(report.RootElement.GetProperty("elapsed_seconds").GetDouble() > 0);
        Assert.True(report.RootElement.GetProperty("peak_rss_mb").GetDouble() > 10);

        var page = await File.ReadAllTextAsync(Path.Combine(RunPath, "report.html"));
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("toy-", page, StringComparison.Ordinal);

        double Figure(string part, string name) => report.RootElement.GetProperty(part).GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task A_finished_run_is_not_done_again_and_its_page_can_be_written_anew()
    {
        var first = await Demo("--json");
        Assert.True(first.Code == 0, first.Error);
        var metrics = await File.ReadAllBytesAsync(Path.Combine(RunPath, "metrics.jsonl"));
        var page = await File.ReadAllTextAsync(Path.Combine(RunPath, "report.html"));
        File.Delete(Path.Combine(RunPath, "report.html"));

        var again = await Demo("--json");
        Assert.Equal(first.Output, again.Output);
        Assert.Contains("going on with the run there", again.Error, StringComparison.Ordinal);
        Assert.Equal(metrics, await File.ReadAllBytesAsync(Path.Combine(RunPath, "metrics.jsonl")));

        File.Delete(Path.Combine(RunPath, "report.html"));
        var report = await Shell.Run("report", RunPath);
        Assert.Equal($"{RunPath}/report.html\n", report.Output);
        Assert.Equal(page, await File.ReadAllTextAsync(Path.Combine(RunPath, "report.html")));
        using var json = JsonDocument.Parse(first.Output);
        Assert.Equal(1, json.RootElement.GetProperty("seed").GetInt64());
    }

    [Fact]
    public async Task A_run_keeps_its_seed()
    {
        Assert.Equal(0, (await Demo()).Code);

        var other = await Demo("--seed", "2");
        Assert.Equal(1, other.Code);
        Assert.Contains("rlhf.seed: 1 there, 2 here", other.Error, StringComparison.Ordinal);
        Assert.Contains("--out", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runs_own_configuration_starts_one_like_it()
    {
        Assert.Equal(0, (await Demo("--set", "rlhf.ppo.total-episodes=32")).Code);
        var copy = Path.Combine(_folder, "copy");

        var run = await Shell.Run("demo", "--config", Path.Combine(RunPath, "config.conf"), "--out", copy);
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(RunPath, "config.conf")), await File.ReadAllTextAsync(Path.Combine(copy, "config.conf")));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(RunPath, "ppo/model.safetensors")), await File.ReadAllBytesAsync(Path.Combine(copy, "ppo/model.safetensors")));
    }

    [Fact]
    public async Task Minutes_scale_the_work()
    {
        var run = await Demo("--minutes", "1.5");
        Assert.True(run.Code == 0, run.Error);
        var config = await File.ReadAllTextAsync(Path.Combine(RunPath, "config.conf"));
        Assert.Contains("total-episodes = 32\n", config, StringComparison.Ordinal); // 192 × 0.15 = 29, and a batch is the least
        Assert.Contains("train = 14\n", config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "soon")]
    [InlineData("--seed", "x")]
    public async Task A_wrong_option_is_a_usage_error(string option, string value) => Assert.Equal(2, (await Demo(option, value)).Code);

    [Theory]
    [InlineData("rlhf.ppo.kl-coeficient=0.1", "did you mean kl-coefficient?")]
    [InlineData("rlhf.ppo.kl-coefficient=lots", "expected a number")]
    [InlineData("rlhf.ppo.kl-coefficient=-1", "allowed: ")]
    [InlineData("rlhf.ppo", "expected key=value")]
    [InlineData("rlhf.base-model=nowhere", "nowhere: no config.json")]
    [InlineData("rlhf.data=nowhere", "nowhere holds no dataset")]
    [InlineData("rlhf.task.query-length=100", "do not fit context-length 48")]
    public async Task A_wrong_setting_is_an_error_that_names_it(string setting, string message)
    {
        var run = await Demo("--set", setting);

        Assert.Equal(1, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_report_of_a_run_that_has_not_ended_says_how_to_end_it()
    {
        Directory.CreateDirectory(RunPath);

        var report = await Shell.Run("report", RunPath);
        Assert.Equal(1, report.Code);
        Assert.Contains($"rlhf demo --out {RunPath}", report.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> Demo(params string[] options) => Shell.Run(["demo", "--config", toy.Config, "--out", RunPath, .. options]);
}
