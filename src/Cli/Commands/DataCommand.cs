using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf data</c>: makes datasets, and shows them.</summary>
public sealed class DataCommand : Command
{
    private readonly OperatorConsole _console;

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public DataCommand(OperatorConsole console)
        : base("data", "Make a dataset, or look into one.")
    {
        _console = console;
        Add(Debian());
        Add(Import("tldr", "OpenAI's tldr_3_filtered: Reddit posts with their author's summary.", SummaryFileFormat.Tldr));
        Add(Import("cnndm", "CNN and Daily Mail articles with their highlights.", SummaryFileFormat.CnnDailyMail));
        Add(Show());
    }

    private Command Debian()
    {
        var folder = Out("debian");
        var index = new Option<string?>("--index") { Description = "Where our own copy of the package index goes; beside the dataset when not given.", HelpName = "DIR" };
        var refresh = new Option<bool>("--refresh") { Description = "Fetch the package index anew, into our own copy." };
        var offline = new Option<bool>("--offline") { Description = "Fetch nothing; use what the machine has." };
        var json = CommonOptions.Json();
        var command = new Command("debian", "Package descriptions and their synopses, from the machine's own package index.") { folder, index, refresh, offline, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(refresh) && result.GetValue(offline))
                result.AddError("--refresh and --offline exclude each other.");
        });
        command.SetAction((result, stop) =>
        {
            var target = result.GetValue(folder)!;
            var options = new DebianIndexOptions
            {
                OwnFolder = result.GetValue(index) ?? target.TrimEnd('/') + "-index",
                Refresh = result.GetValue(refresh) ? IndexRefresh.Always : result.GetValue(offline) ? IndexRefresh.Never : IndexRefresh.WhenMissing,
            };
            var data = _console.WithProgress(progress => DebianData.Make(target, options, progress, stop));
            return Task.FromResult(Report(target, data, result.GetValue(json)));
        });
        return command;
    }

    private Command Import(string name, string description, SummaryFileFormat format)
    {
        var files = new Argument<string[]>("FILE") { Description = "JSONL files to spread over the splits, by a hash of each text's id.", Arity = ArgumentArity.ZeroOrMore };
        var whole = Enum.GetValues<DatasetSplit>().ToDictionary(split => split, split => Files(split));
        var validation = new Option<double>("--validation-share") { Description = "The part of the spread texts that goes to validation.", HelpName = "S", DefaultValueFactory = _ => 0.05 };
        var test = new Option<double>("--test-share") { Description = "The part of the spread texts that goes to test.", HelpName = "S", DefaultValueFactory = _ => 0.05 };
        var folder = Out(name);
        var json = CommonOptions.Json();
        var command = new Command(name, description) { files, validation, test, folder, json };
        foreach (var option in whole.Values)
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(files) is not { Length: > 0 } && whole.Values.All(option => result.GetValue(option) is not { Length: > 0 }))
                result.AddError("No file given.");
        });
        command.SetAction(result =>
        {
            var data = new SummaryImport
            {
                Format = format,
                Spread = result.GetValue(files) ?? [],
                Split = whole.ToDictionary(split => split.Key, split => (IReadOnlyList<string>)(result.GetValue(split.Value) ?? [])),
                ValidationShare = result.GetValue(validation),
                TestShare = result.GetValue(test),
            }.Read();
            var target = result.GetValue(folder)!;
            data.Save(target);
            return Report(target, data, result.GetValue(json));
        });
        return command;
    }

    private Command Show()
    {
        var folder = new Argument<string>("DIR") { Description = "The dataset's folder." };
        var count = new Option<int>("--count", "-n") { Description = "Texts to print.", HelpName = "N", DefaultValueFactory = _ => 3 };
        var split = new Option<DatasetSplit>("--split") { Description = "train, validation or test.", HelpName = "SPLIT", DefaultValueFactory = _ => DatasetSplit.Train };
        var json = CommonOptions.Json();
        var command = new Command("show", "Print a dataset's figures and a few of its texts.") { folder, count, split, json };
        command.SetAction(result =>
        {
            var data = SummaryDataset.Load(result.GetValue(folder)!);
            var examples = data[result.GetValue(split)].Take(Math.Max(0, result.GetValue(count))).ToArray();
            if (result.GetValue(json))
            {
                _console.WriteJson(new { data.Source, Splits = Counts(data), Examples = examples });
                return ExitCode.Success;
            }
            Report(result.GetValue(folder)!, data, isJson: false);
            foreach (var example in examples)
            {
                _console.WriteLine();
                _console.WriteLine(example.Id);
                foreach (var (field, text) in example.Fields)
                    _console.WriteLine($"  {field}: {text.ReplaceLineEndings("\n    ")}");
                _console.WriteLine($"  summary: {example.Reference}");
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static Option<string> Out(string name) => new("--out")
    {
        Description = "The dataset's folder.",
        HelpName = "DIR",
        DefaultValueFactory = _ => $"runs/data/{name}",
    };

    private static Option<string[]> Files(DatasetSplit split)
    {
        var name = split.ToString().ToLowerInvariant();
        return new($"--{name}") { Description = $"JSONL files whose texts all go to the {name} split.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
    }

    private static Dictionary<string, int> Counts(SummaryDataset data) =>
        Enum.GetValues<DatasetSplit>().ToDictionary(split => split.ToString().ToLowerInvariant(), split => data[split].Count);

    private int Report(string folder, SummaryDataset data, bool isJson)
    {
        if (isJson)
        {
            _console.WriteJson(new { Folder = folder, data.Source, data.Cleaning.Raw, data.Cleaning.Kept, Splits = Counts(data), Dropped = data.Cleaning.Dropped });
            return ExitCode.Success;
        }
        _console.WriteLine($"{folder}: {data.Source}");
        _console.WriteLine();
        _console.WriteTable(["Texts", "Count"],
        [
            ["read", Text(data.Cleaning.Raw)],
            .. data.Cleaning.Dropped.OrderBy(reason => reason.Key).Select(reason => (IReadOnlyList<string>)[$"  dropped: {Words(reason.Key)}", Text(reason.Value)]),
            ["kept", Text(data.Cleaning.Kept)],
            .. Counts(data).Select(split => (IReadOnlyList<string>)[$"  {split.Key}", Text(split.Value)]),
        ]);
        return ExitCode.Success;
    }

    private static string Words(DropReason reason) =>
        string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));

    private static string Text(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
