using System.CommandLine;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf sample</c>: prints a policy's summaries of a text, or of a dataset's.</summary>
public sealed class SampleCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly TextReader _input;
    private readonly SettingsOptions _settings;
    private readonly Option<string> _model = CommonOptions.Model();
    private readonly Option<string?> _text = new("--text") { Description = "The text to summarize; standard input where neither this nor --data is given.", HelpName = "TEXT" };
    private readonly Option<string[]> _fields = new("--field") { Description = "Another field that the task's format names, such as title=...; may be repeated.", HelpName = "name=value" };
    private readonly Option<string?> _data = new("--data") { Description = "Summarize test texts of this dataset, and show the human summaries.", HelpName = "DIR" };
    private readonly Option<int> _count = new("--count", "-n") { Description = "Summaries of the one text, or texts of the dataset.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    /// <param name="input">Standard input.</param>
    public SampleCommand(OperatorConsole console, TextReader input)
        : base("sample", "Print a policy's summaries.")
    {
        _console = console;
        _input = input;
        _settings = new SettingsOptions(this, "hocon/demo.conf").WithSeed();
        _settings.AddShort(new Option<double?>("--temperature") { Description = "Logits are divided by it before a token is drawn.", HelpName = "T" }, "sampling.temperature");
        _settings.AddShort(new Option<int?>("--top-k") { Description = "Draw among this many of the likeliest tokens only; 0 for all.", HelpName = "K" }, "sampling.top-k");
        _settings.AddShort(new Option<double?>("--top-p") { Description = "Draw among the likeliest tokens that make up this probability only; 1 for all.", HelpName = "P" }, "sampling.top-p");
        _settings.AddShort(new Option<bool>("--greedy") { Description = "Take the likeliest token each time: temperature 0." }, "sampling.greedy");
        foreach (var option in new Option[] { _model, _text, _fields, _data, _count.Within(1, int.MaxValue), _json })
            Add(option);
        SetAction((result, stop) => Task.FromResult(Run(result, stop)));
    }

    private int Run(ParseResult result, CancellationToken stop)
    {
        var settings = _settings.ReadRun(result);
        var folder = result.GetValue(_model)!;
        var task = TaskModel.Load(folder, settings.Task);
        var examples = Examples(result, settings.Task);
        using var policy = PretrainedModel.LoadTransformer(folder);
        var summaries = Responses.Of(policy, settings.Sampling, [.. examples.Select(task.Query)], task, settings.Seed, 0, stop)
            .Select(response => task.Text(response.Response)).ToArray();
        if (result.GetValue(_json))
        {
            _console.WriteJson(examples.Zip(summaries, (example, summary) => new
            {
                Id = example.Id.Length == 0 ? null : example.Id,
                Text = example.Fields[settings.Task.TruncateField],
                Reference = example.Id.Length == 0 ? null : example.Reference,
                Summary = summary,
            }));
            return ExitCode.Success;
        }
        foreach (var (example, summary) in examples.Zip(summaries))
        {
            if (example.Id.Length > 0)
                _console.WriteLine($"{example.Id}\n{example.Fields[settings.Task.TruncateField].Trim()}\n  human   {example.Reference}\n  policy  {summary}\n");
            else
                _console.WriteLine(summary);
        }
        return ExitCode.Success;
    }

    /// <summary>The texts; those that come from no dataset have no id.</summary>
    private SummaryExample[] Examples(ParseResult result, TaskSettings task)
    {
        var count = result.GetValue(_count);
        if (result.GetValue(_data) is { } data)
            return [.. SummaryDataset.Stream(data, DatasetSplit.Test).Take(count)];
        var fields = new Dictionary<string, string> { [task.TruncateField] = result.GetValue(_text) ?? _input.ReadToEnd() };
        foreach (var field in result.GetValue(_fields) ?? [])
        {
            if (field.Split('=', 2) is not [{ Length: > 0 } name, var value])
                throw new UserErrorException($"--field {field}: expected name=value, such as --field title=Hello");
            fields[name] = value;
        }
        return [.. Enumerable.Repeat(new SummaryExample("", fields, ""), count)];
    }
}
