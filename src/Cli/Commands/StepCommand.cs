using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Cli.Commands;

/// <summary>One of the paper's four steps as a command: a run of its own, whose result the next step is given.</summary>
public abstract class StepCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly Option<string> _out;
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <param name="console">What it writes to.</param>
    /// <param name="name">The command's name, and its runs'.</param>
    /// <param name="description">What it does.</param>
    protected StepCommand(OperatorConsole console, string name, string description)
        : base(name, description)
    {
        _console = console;
        _out = CommonOptions.Out(name);
        Settings = new SettingsOptions(this, "hocon/demo.conf").WithSeed().WithData();
        Add(_out);
        Add(_json);
        SetAction((result, stop) => Task.FromResult(Run(result, stop)));
    }

    /// <summary>Says with which settings it runs.</summary>
    protected SettingsOptions Settings { get; }

    /// <summary>The keys of the settings that matter to the step.</summary>
    protected virtual IReadOnlyCollection<string> Keys => [];

    /// <summary>What the step works from, by name; folders.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> Inputs(ParseResult result) => [];

    /// <summary>What has to be the same for the step to be continued.</summary>
    protected virtual RunConfiguration Configuration(ParseResult result, RunSettings settings) =>
        RunConfiguration.Of(Name, settings, RunSettings.Section, Keys, Inputs(result));

    /// <summary>Checks that the inputs are there and go together, and reads them.</summary>
    /// <returns>What the step is, once its run is open; and the task.</returns>
    /// <exception cref="Model.UserErrorException">They are not.</exception>
    protected abstract (SummaryTask Task, Func<FourSteps, CancellationToken, StepResult> Work) Prepare(ParseResult result, RunSettings settings);

    private int Run(ParseResult result, CancellationToken stop)
    {
        var settings = Settings.ReadRun(result);
        var (task, work) = Prepare(result, settings);
        var data = SummaryDataset.Load(settings.Data);
        using var directory = RunStart.Open(_console, result.GetValue(_out)!, Configuration(result, settings));
        var made = _console.WithProgress(progress =>
        {
            using var metrics = directory.OpenMetrics();
            return work(new FourSteps(settings, task, data, directory, metrics, progress), stop);
        });
        Write(_console, directory, made, Name, result.GetValue(_json));
        return ExitCode.Success;
    }

    /// <summary>Shows what a step left.</summary>
    internal static void Write(OperatorConsole console, RunDirectory directory, StepResult made, string phase, bool isJson)
    {
        var figures = made.Figures
            ?? MetricsLog.Read(directory.MetricsPath).Last(record => record.Phase == phase).Metrics;
        var folder = directory.In(made.Folder);
        if (isJson)
        {
            console.WriteJson(new { Result = folder, Metrics = figures });
            return;
        }
        console.WriteTable(["Figure", "Value"], [.. figures.Select(figure => (IReadOnlyList<string>)[figure.Key, figure.Value.ToString("G5", CultureInfo.InvariantCulture)])]);
        console.WriteLine();
        console.WriteLine($"Result: {folder}");
    }
}

/// <summary>What a step left.</summary>
/// <param name="Folder">The folder in the run's.</param>
/// <param name="Figures">Figures by name; the last of the run's metrics where null.</param>
public sealed record StepResult(string Folder, IReadOnlyDictionary<string, double>? Figures = null);
