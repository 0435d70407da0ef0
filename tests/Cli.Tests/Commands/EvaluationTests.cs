using System.Text.Json;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>An evaluation is a run like any other.</summary>
[Collection(ToyCollection.Name)]
public sealed class EvaluationTests(ToyWorkspace toy) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_that_was_stopped_goes_on_behind_what_it_had_drawn_and_measures_the_same()
    {
        var whole = Evaluate("whole", new Watch(), CancellationToken.None);

        using var stop = new CancellationTokenSource();
        var first = new Watch(phase =>
        {
            if (phase == "evaluate (policy-sampled)") stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Evaluate("stopped", first, stop.Token));
        Assert.Contains("evaluate (policy-greedy)", first.Phases);

        var second = new Watch();
        Assert.Equal(whole, Evaluate("stopped", second, CancellationToken.None));
        Assert.Equal(["evaluate (policy-sampled)"], second.Phases.Distinct());
        Assert.False(Directory.Exists(Path.Combine(_folder, "stopped/draws")));

        var third = new Watch();
        Assert.Equal(whole, Evaluate("stopped", third, CancellationToken.None));
        Assert.Empty(third.Phases);
    }

    [Fact]
    public async Task A_model_with_other_weights_is_not_taken_for_the_one_that_was_measured()
    {
        var model = Path.Combine(_folder, "model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(toy.BaseModel))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        string[] evaluate = ["evaluate", "--model", model, "--config", toy.Config, "--out", Path.Combine(_folder, "evaluate")];
        Assert.Equal(0, (await Shell.Run(evaluate)).Code);
        Assert.Equal(0, (await Shell.Run(evaluate)).Code);

        using (var policy = PretrainedModel.LoadTransformer(model))
        {
            policy.Parameters.Set("ln_f.bias", [.. policy.Parameters.Get("ln_f.bias").Select(value => value + 1)]);
            PretrainedModel.Save(model, policy, endOfText: TaskModel.Load(model, Settings().Task).Tokenizer.EndOfText);
        }
        var other = await Shell.Run(evaluate);
        Assert.Equal(1, other.Code);
        Assert.Contains("holds an earlier evaluate run with other settings", other.Error, StringComparison.Ordinal);
        Assert.Contains("run.model: ", other.Error, StringComparison.Ordinal);
    }

    private RunSettings Settings() => SettingsReader.Read<RunSettings>(SettingsDocument.Load(toy.Config, []), RunSettings.Section).Resolved();

    private string Evaluate(string name, Watch progress, CancellationToken cancellation)
    {
        var settings = Settings();
        var task = TaskModel.Load(toy.BaseModel, settings.Task);
        using var directory = RunDirectory.Open(Path.Combine(_folder, name), RunConfiguration.Of(PolicyEvaluation.Name, settings, RunSettings.Section));
        using var policy = PretrainedModel.LoadTransformer(toy.BaseModel);
        var result = new PolicyEvaluation(settings, task, SummaryDataset.Load(toy.Data), directory, progress).Run(policy, null, null, cancellation);
        return JsonSerializer.Serialize(result);
    }

    private sealed class Watch(Action<string>? seen = null) : IRunProgress
    {
        public List<string> Phases { get; } = [];

        public void Report(RunProgress progress)
        {
            Phases.Add(progress.Phase);
            seen?.Invoke(progress.Phase);
        }

        public void Note(string message)
        {
        }
    }
}
