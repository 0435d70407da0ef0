using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Demo;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf demo</c>: the paper's four steps in a row on real text, and a report of what came of them.</summary>
public sealed class DemoCommand : Command
{
    private const double UsualMinutes = 10;
    private const int SamplesShown = 3;
    private const int TextShown = 240;

    private readonly OperatorConsole _console;
    private readonly SettingsOptions _settings;
    private readonly Option<string> _out = CommonOptions.Out("demo");
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<double?> _minutes = new("--minutes")
    {
        Description = "About how long to take on two cores; 10 is what the configuration is made for.",
        HelpName = "M",
    };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public DemoCommand(OperatorConsole console)
        : base("demo", "Learn to summarize from preferences: fine-tuning, comparisons, reward model, PPO, and a report page.")
    {
        _console = console;
        _settings = new SettingsOptions(this, "hocon/demo.conf").WithSeed().WithData();
        _minutes.CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (double.TryParse(text, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 100_000) return minutes;
            result.AddError($"--minutes is {text}; it is a number above 0, at most 100000.");
            return null;
        };
        Add(_minutes);
        Add(_out);
        Add(_json);
        SetAction((result, stop) => Task.FromResult(Run(result, stop)));
    }

    private int Run(ParseResult result, CancellationToken stop)
    {
        var settings = _settings.ReadRun(result);
        if (result.GetValue(_minutes) is { } minutes)
            settings = settings.Scaled(minutes / UsualMinutes);
        PretrainedModel.ReadConfig(settings.BaseModel); // before anything is made
        using var directory = RunStart.Open(_console, result.GetValue(_out)!, RunConfiguration.Of(DemoRun.Kind, settings, RunSettings.Section));
        LastRun.Remember(directory.Path, settings.Network);
        var (figures, summaries) = _console.WithProgress(progress => new DemoRun(settings, directory, progress).Run(stop));
        if (result.GetValue(_json))
            _console.WriteJson(figures);
        else
            Write(figures, summaries, directory.ReportPath);
        return ExitCode.Success;
    }

    private void Write(DemoResult result, DemoSummaries summaries, string page)
    {
        foreach (var index in summaries.Spread(SamplesShown))
        {
            _console.WriteLine();
            _console.WriteLine($"{summaries.Ids[index]}: {Shortened(summaries.Texts[index])}");
            foreach (var (author, by) in new[] { ("human", summaries.Human), ("SFT", summaries.Sft), ("PPO", summaries.Ppo), ("first words", summaries.Lead) })
                _console.WriteLine($"  {author,-12} {by.Texts[index]}");
        }
        _console.WriteLine();
        _console.WriteTable(["Figure", "Value", "On held-out texts"],
        [
            ["SFT loss", Text($"{result.Sft.ValidationLoss:F3}"), Text($"nats a token; {result.Sft.BaseValidationLoss:F3} before fine-tuning")],
            ["Reward accuracy", Text($"{result.Reward.Accuracy:P1}"), Text($"of {result.Reward.ValidationComparisons} comparisons, by the simulated labeler's judgement without noise")],
            ["Reward gain", Text($"{result.Ppo.RewardGainSd:F2}"), "standard deviations, PPO over SFT"],
            ["KL", Text($"{result.Ppo.Kl:F1}"), "nats an episode, PPO from SFT"],
            ["Gold win rate", Text($"{result.Gold.WinRateVsSft:P1}"), Text($"PPO over SFT; 95% interval {result.Gold.WinRateVsSftLow:P1} to {result.Gold.WinRateVsSftHigh:P1}")],
            ["", Text($"{result.Gold.WinRateVsLead:P1}"), "PPO over the text's first words"],
            ["Time", Text($"{result.ElapsedSeconds / 60:F1}"), "minutes"],
            ["Memory", Text($"{result.PeakRssMegabytes:F0}"), "MB at most"],
        ]);
        _console.WriteLine();
        _console.WriteLine($"Report: {page}");
    }

    private static string Shortened(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= TextShown ? line : string.Concat(line.AsSpan(0, TextShown), "…");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
