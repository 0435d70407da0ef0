using System.Text.Json;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>The four steps one by one, what they hand on, and what looks at their results.</summary>
[Collection(ToyCollection.Name)]
public sealed class StepCommandTests(ToyWorkspace toy) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    private string Sft => In("sft/model");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_steps_one_by_one_give_the_bits_that_the_demo_gives()
    {
        await Done("demo", "--out", In("demo"));
        await Done("sft", "--out", In("sft"));
        await Done("compare", "--model", Sft, "--out", In("compare"));
        await Done("reward", "--model", Sft, "--comparisons", In("compare/comparisons"), "--out", In("reward"));
        await Done("ppo", "--model", Sft, "--reward", In("reward/model"), "--out", In("ppo"));

        Same("demo/sft/model.safetensors", "sft/model/model.safetensors");
        Same("demo/comparisons/train.jsonl", "compare/comparisons/train.jsonl");
        Same("demo/reward/model.safetensors", "reward/model/model.safetensors");
        Same("demo/ppo/model.safetensors", "ppo/model/model.safetensors");

        var evaluation = Json(await Done("evaluate", "--model", In("ppo/model"), "--baseline", Sft, "--reward", In("reward/model"), "--out", In("evaluate"), "--json"));
        var report = JsonDocument.Parse(await File.ReadAllTextAsync(In("demo/report.json"))).RootElement;
        Assert.Equal(report.GetProperty("ppo").GetProperty("kl").GetDouble(), evaluation.GetProperty("kl").GetDouble());
        Assert.Equal(report.GetProperty("ppo").GetProperty("reward_gain_sd").GetDouble(), evaluation.GetProperty("reward_gain_sd").GetDouble());
        var wins = evaluation.GetProperty("win_rates").EnumerateArray().Single(wins => wins.GetProperty("over").GetString() == "baseline" && wins.GetProperty("by").GetString() == "gold");
        Assert.Equal(report.GetProperty("gold").GetProperty("win_rate_vs_sft_low").GetDouble(), wins.GetProperty("low").GetDouble());
        var human = evaluation.GetProperty("authors").EnumerateArray().Single(author => author.GetProperty("author").GetString() == "human");
        Assert.Equal(1, human.GetProperty("rouge_l").GetDouble());
    }

    [Fact]
    public async Task A_step_reports_its_last_figures_and_where_its_result_is()
    {
        var json = Json(await Done("sft", "--out", In("sft"), "--json"));
        Assert.Equal(Sft, json.GetProperty("result").GetString());
        Assert.InRange(json.GetProperty("metrics").GetProperty("validation_loss").GetDouble(), 0.01, 10);
        Assert.True(File.Exists(Path.Combine(Sft, "vocab.json")));

        var again = await Done("sft", "--out", In("sft"), "--json");
        Assert.Equal(json.ToString(), Json(again).ToString());
    }

    [Fact]
    public async Task Settings_of_other_steps_do_not_matter_to_a_run()
    {
        await Done("sft", "--out", In("sft"));
        await Done("sft", "--out", In("sft"), "--set", "rlhf.ppo.kl-coefficient=1");
        var other = await Run("sft", "--out", In("sft"), "--set", "rlhf.sft.epochs=3");
        Assert.Equal(1, other.Code);
        Assert.Contains("rlhf.sft.epochs: 2 there, 3 here", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_come_from_a_text_from_standard_input_or_from_a_dataset()
    {
        const string text = "This tool is for mail and sound.\nIt runs on any machine.";
        var greedy = await Done("sample", "--model", toy.BaseModel, "--text", text, "--greedy");
        Assert.Single(greedy.Output.TrimEnd('\n').Split('\n'));
        Assert.Equal(greedy.Output, (await Shell.RunWithInput(text, Configured("sample", "--model", toy.BaseModel, "--greedy"))).Output);

        var drawn = Json(await Done("sample", "--model", toy.BaseModel, "--text", text, "-n", "16", "--temperature", "2", "--seed", "3", "--json"));
        Assert.Equal(16, drawn.GetArrayLength());
        Assert.True(drawn.EnumerateArray().Select(sample => sample.GetProperty("summary").GetString()).Distinct().Count() > 1);
        var topped = Json(await Done("sample", "--model", toy.BaseModel, "--text", text, "-n", "4", "--top-k", "1", "--json"));
        Assert.All(topped.EnumerateArray(), sample => Assert.Equal(greedy.Output.Trim(), sample.GetProperty("summary").GetString()));

        var data = Json(await Done("sample", "--model", toy.BaseModel, "--data", toy.Data, "-n", "2", "--json"));
        Assert.Equal(["toy-272", "toy-273"], data.EnumerateArray().Select(sample => sample.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("compare", 2)]
    [InlineData("reward --model nowhere", 2)]
    [InlineData("evaluate --model nowhere", 1)]
    [InlineData("sample --model nowhere --text x", 1)]
    [InlineData("sft --model nowhere", 1)]
    [InlineData("ppo --model nowhere --reward nowhere", 1)]
    public async Task What_is_missing_is_named(string line, int code)
    {
        var run = await Run([.. line.Split(' '), .. line.StartsWith('s') && line[1] == 'a' ? Array.Empty<string>() : ["--out", In("run")]]);
        Assert.Equal(code, run.Code);
        Assert.Contains(code == 2 ? "--" : "nowhere: no config.json", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("run")));
    }

    [Fact]
    public async Task Models_in_each_others_place_are_refused()
    {
        await Done("sft", "--out", In("sft"));
        var notReward = await Run("ppo", "--model", Sft, "--reward", Sft, "--out", In("ppo"));
        Assert.Equal(1, notReward.Code);
        Assert.Contains("train a reward model", notReward.Error, StringComparison.Ordinal);

        var none = await Run("reward", "--model", Sft, "--comparisons", In("none"), "--out", In("reward"));
        Assert.Equal(1, none.Code);
        Assert.Contains("rlhf compare", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_s_comparisons_in_OpenAIs_format_train_a_reward_model()
    {
        // Somebody who likes the shorter summary, and whose texts are not in the dataset.
        static string Line(int i, string split) => JsonSerializer.Serialize(new
        {
            info = new { id = $"t3_{i}", description = $"This tool is for mail and font number {i}." },
            split,
            worker = $"w{i % 3}",
            batch = "batch3",
            summaries = new[] { new { text = " mail font tool", policy = "sup2", note = "ok" }, new { text = " mail", policy = "ref", note = "" } },
            choice = 1,
            extra = new { confidence = 7 },
        });
        Directory.CreateDirectory(In("batches"));
        await File.WriteAllLinesAsync(In("batches/batch3.json"), Enumerable.Range(0, 64).Select(i => Line(i, "train")));
        await File.WriteAllLinesAsync(In("batches/batch4.json"), Enumerable.Range(64, 16).Select(i => Line(i, "valid1")));

        var json = Json(await Done("reward", "--model", toy.BaseModel, "--comparisons", In("batches"), "--out", In("reward"), "--set", "rlhf.reward.epochs=3", "--json"));
        Assert.Equal(1, json.GetProperty("metrics").GetProperty("label_accuracy").GetDouble());
        Assert.False(json.GetProperty("metrics").TryGetProperty("accuracy", out _)); // nobody's gold judgement is known
    }

    private string In(string name) => Path.Combine(_folder, name);

    private void Same(string one, string other) => Assert.True(File.ReadAllBytes(In(one)).SequenceEqual(File.ReadAllBytes(In(other))), $"{one} and {other} differ");

    private static JsonElement Json(Outcome run) => JsonDocument.Parse(run.Output).RootElement;

    private string[] Configured(params string[] args) => [args[0], "--config", toy.Config, .. args[1..]];

    private Task<Outcome> Run(params string[] args) => Shell.Run(Configured(args));

    private async Task<Outcome> Done(params string[] args)
    {
        var run = await Run(args);
        Assert.True(run.Code == 0, $"{string.Join(' ', args)}: {run.Error}");
        Assert.DoesNotContain('\u001b', run.Output + run.Error);
        return run;
    }
}
