using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf evaluate</c>: measures a policy's summaries of test texts.</summary>
public sealed class EvaluateCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly SettingsOptions _settings;
    private readonly Option<string> _model = CommonOptions.Model();
    private readonly Option<string?> _baseline = new("--baseline") { Description = "Another policy to compare it with, such as the fine-tuned one.", HelpName = "DIR" };
    private readonly Option<string?> _reward = new("--reward") { Description = "A reward model to judge by too.", HelpName = "DIR" };
    private readonly Option<string> _out = CommonOptions.Out(PolicyEvaluation.Name);
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public EvaluateCommand(OperatorConsole console)
        : base(PolicyEvaluation.Name, "Measure a policy on test texts: win rates, ROUGE, gold and reward scores, KL.")
    {
        _console = console;
        _settings = new SettingsOptions(this, "hocon/demo.conf").WithSeed().WithData();
        _settings.AddShort(new Option<int?>("--count", "-n") { Description = "Texts of the test split.", HelpName = "N" }, "evaluation.test");
        foreach (var option in new Option[] { _model, _baseline, _reward, _out, _json })
            Add(option);
        SetAction((result, stop) => Task.FromResult(Run(result, stop)));
    }

    private static IReadOnlyCollection<string> Keys { get; } = ["seed", "threads", "data", "task", "evaluation", "sampling", "ppo"];

    // With what is in the folders: a model that was trained anew is another one.
    private IEnumerable<KeyValuePair<string, string>> Inputs(ParseResult result) =>
        from option in new Option<string?>[] { _model!, _baseline, _reward }
        let folder = result.GetValue(option)
        where folder is not null
        select KeyValuePair.Create(option.Name.TrimStart('-'), $"{folder}, {PretrainedModel.Digest(folder)}");

    private int Run(ParseResult result, CancellationToken stop)
    {
        var settings = _settings.ReadRun(result);
        var folder = result.GetValue(_model)!;
        var task = TaskModel.Load(folder, settings.Task);
        var reward = result.GetValue(_reward) is { } rewardFolder ? TaskModel.LoadReward(rewardFolder, task) : null;
        using var network = reward?.Network;
        using var baseline = result.GetValue(_baseline) is { } other ? PretrainedModel.LoadTransformer(other) : null;
        using var policy = PretrainedModel.LoadTransformer(folder);
        var data = SummaryDataset.Load(settings.Data);
        using var directory = RunStart.Open(_console, result.GetValue(_out)!, RunConfiguration.Of(Name, settings, RunSettings.Section, Keys, Inputs(result)));
        var evaluation = _console.WithProgress(progress => new PolicyEvaluation(settings, task, data, directory, progress).Run(policy, baseline, reward, stop));
        if (result.GetValue(_json))
            _console.WriteJson(evaluation);
        else
            Write(evaluation);
        return ExitCode.Success;
    }

    private void Write(EvaluationResult result)
    {
        _console.WriteLine(Text($"{result.Texts} test texts of {result.Data}; summaries at temperature 0"));
        _console.WriteLine();
        _console.WriteTable(["Author", "Gold", "ROUGE-1", "ROUGE-2", "ROUGE-L", "Words", "Repeated", "Reward"],
        [
            .. result.Authors.Select(author => (IReadOnlyList<string>)
            [
                author.Author, Text($"{author.Gold:F3}"), Text($"{author.Rouge1:F3}"), Text($"{author.Rouge2:F3}"), Text($"{author.RougeL:F3}"),
                Text($"{author.Words:F1}"), Text($"{author.Repeated:F3}"), author.Reward is { } reward ? Text($"{reward:F2}") : "",
            ]),
        ]);
        _console.WriteLine();
        _console.WriteTable(["Policy over", "Judge", "Win rate", "95% low", "95% high", "Wins", "Ties", "Losses"],
        [
            .. result.WinRates.Select(wins => (IReadOnlyList<string>)
            [
                wins.Over, wins.By, Text($"{wins.Rate:F3}"), Text($"{wins.Low:F3}"), Text($"{wins.High:F3}"), Text($"{wins.Wins}"), Text($"{wins.Ties}"), Text($"{wins.Losses}"),
            ]),
        ]);
        _console.WriteLine();
        _console.WriteLine("Gold is the simulated labeler's judgement without noise: closeness to the human summary.");
        _console.WriteLine(Text($"Samples at the temperature of training: {100 * result.UnendedShare:F1}% never end.")
            + (result.Kl is { } kl ? Text($" KL from the baseline {kl:F2} nats an episode.") : "")
            + (result.RewardGainSd is { } gain ? Text($" Reward {gain:F2} standard deviations above the baseline.") : ""));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
