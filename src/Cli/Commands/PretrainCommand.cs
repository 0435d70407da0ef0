using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf pretrain</c>: makes a base model, tokenizer and all, from a dataset's training split.</summary>
public sealed class PretrainCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly SettingsOptions _settings;
    private readonly Option<string> _out = CommonOptions.Out("pretrain");
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public PretrainCommand(OperatorConsole console)
        : base("pretrain", "Train a tokenizer and a base model on a dataset's training split.")
    {
        _console = console;
        _settings = new SettingsOptions(this, "hocon/debian-base.conf").WithSeed().WithData();
        Add(_out);
        Add(_json);
        SetAction((result, stop) => Task.FromResult(Run(result, stop)));
    }

    private int Run(ParseResult result, CancellationToken stop)
    {
        var settings = _settings.Read<PretrainSettings>(result);
        ComputeThreads.Use(settings.Threads);
        using var directory = RunStart.Open(
            _console, result.GetValue(_out)!, RunConfiguration.Of(PretrainRun.Kind, settings, RunSettings.Section));
        var (losses, model) = _console.WithProgress(progress => PretrainRun.Run(settings, directory, progress, stop));
        if (result.GetValue(_json))
        {
            _console.WriteJson(new { Model = model, Losses = losses });
            return ExitCode.Success;
        }
        foreach (var (name, loss) in losses)
            _console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name.Replace('_', ' ')}: {loss:F4} nats a token"));
        _console.WriteLine($"Model: {model}");
        return ExitCode.Success;
    }
}
