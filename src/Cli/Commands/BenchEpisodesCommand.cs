using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf bench episodes</c>: the elastic system without its computing, and whether every episode is trained on exactly once.</summary>
public sealed class BenchEpisodesCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly TextReader _input;
    private readonly Option<long> _episodes = CommonOptions.Within("--episodes", "Episodes of the run.", 1_000_000L, 1, 1_000_000_000);
    private readonly Option<int> _kills = CommonOptions.Within("--kills", "Processes that are killed on the way, learner and shard owners included.", 0, 0, 1_000);
    private readonly Option<long> _seed = new("--seed") { Description = "Decides responses, and who is killed.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _database = new("--database")
    {
        Description = "Where the journal is: a connection string of an empty PostgreSQL database; by default SQLite in the folder.",
        HelpName = "TEXT",
    };
    private readonly Option<string?> _out = new("--out") { Description = "A new folder for journal, checkpoints and logs; by default a temporary one, which goes.", HelpName = "DIR" };
    private readonly Option<string?> _node = new("--node") { Description = "Be one of the processes.", Hidden = true };
    private readonly Option<string?> _roles = new("--roles") { Description = "What it does.", Hidden = true };
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    /// <param name="input">Standard input.</param>
    public BenchEpisodesCommand(OperatorConsole console, TextReader input)
        : base("episodes", "The real actors, protocol and journal on four processes, generation, scoring and training left out; every episode counted.")
    {
        (_console, _input) = (console, input);
        foreach (var option in new Option[] { _episodes, _kills, _seed, _database, _out, _node, _roles, _json }) Add(option);
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        if (result.GetValue(_node) is { } name) return await Be(name, result, stop).ConfigureAwait(false);
        var folder = result.GetValue(_out);
        if (folder is not null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new UserErrorException($"{folder} is not empty; the benchmark begins a run of its own, give it another folder");
        var temporary = folder is null ? Directory.CreateTempSubdirectory("rlhf-bench-").FullName : null;
        try
        {
            var measured = _console.WithProgress(progress => Measure(result, folder ?? temporary!, progress, stop).GetAwaiter().GetResult());
            if (result.GetValue(_json)) _console.WriteJson(measured);
            else Write(measured);
            return measured.Faults.Count == 0 && measured is { Lost: 0, Duplicated: 0 } ? ExitCode.Success : ExitCode.Failure;
        }
        finally
        {
            if (temporary is not null) Directory.Delete(temporary, recursive: true);
        }
    }

    private Task<EpisodeBenchResult> Measure(ParseResult result, string folder, IRunProgress progress, CancellationToken stop)
    {
        var settings = new EpisodeBenchSettings
        {
            Directory = folder,
            Run = string.Create(CultureInfo.InvariantCulture, $"bench-{DateTime.UtcNow:yyyyMMddHHmmss}"),
            ConnectionString = result.GetValue(_database),
            Episodes = result.GetValue(_episodes),
            Seed = result.GetValue(_seed),
        };
        var bench = new EpisodeBench { Settings = settings, Kills = result.GetValue(_kills), Start = place => Start(folder, place) };
        return bench.RunAsync(progress.Note, trained => progress.Report(new RunProgress("bench", trained, settings.Episodes, "episodes", "")), stop);
    }

    private static Process Start(string folder, NodePlace place)
    {
        var start = OwnProcess.With("bench", "episodes", "--node", place.Name, "--roles", string.Join(',', place.Roles.Names()), "--out", folder);
        (start.RedirectStandardInput, start.RedirectStandardError) = (true, true);
        start.Environment["DOTNET_TieredPGO"] = "0"; // what it costs to watch the code run is not earned back in seconds
        return Process.Start(start)!;
    }

    // Until it is told to stop, by the end of its input.
    private async Task<int> Be(string name, ParseResult result, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = Task.Run(() => _input.ReadToEnd(), CancellationToken.None).ContinueWith(_ => end.Cancel(), TaskScheduler.Default);
        try
        {
            var place = new NodePlace(name, NodeRoleNames.Parse(result.GetValue(_roles) ?? ""));
            await EpisodeBenchNode.RunAsync(EpisodeBenchSettings.Load(result.GetValue(_out) ?? "."), place, end.Token).ConfigureAwait(false);
        }
        catch (PutOutException e)
        {
            await _console.Error.WriteLineAsync($"rlhf: {e.Message}").ConfigureAwait(false);
            return ExitCode.TryAgain;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return ExitCode.SignalBase + 15;
        }

        return ExitCode.Success;
    }

    private void Write(EpisodeBenchResult measured)
    {
        _console.WriteTable(["", "", "goal"],
        [
            ["episodes trained exactly once", Text($"{measured.Trained - measured.Duplicated:N0} of {measured.Episodes:N0}"), "all"],
            ["lost, trained twice", Text($"{measured.Lost}, {measured.Duplicated}"), "0, 0"],
            ["processes killed", Text($"{measured.Killed.Count}"), ""],
            ["results refused by shards", Text($"{measured.Refused:N0}"), ""],
            ["seconds", Text($"{measured.Seconds:0.0} ({measured.EpisodesPerSecond:N0} episodes/s; start {measured.StartSeconds:0.0} s)"), "a million in 20 s without kills"],
            ["longest time without a step", Text($"{measured.LongestPauseSeconds:0.0} s"), ""],
            ["learner's recovery at the end", Text($"{measured.RecoverySeconds:0.0} s"), "at most 3 s"],
            ["peak memory of a process", Text($"{measured.PeakRssMb:0} MB"), "at most 512 MB"],
            ["journals, an episode", Text($"{measured.JournalBytesPerEpisode:0} bytes"), "at most 1,200 bytes"],
        ]);
        _console.WriteLine(Text(
            $"{measured.Database}, {measured.DatabaseMb:0} MB, {measured.JournalEvents:N0} events; {measured.Processors} processors, load average before {measured.LoadBefore:0.0}"));
        foreach (var fault in measured.Faults) _console.WriteLine($"wrong: {fault}");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
