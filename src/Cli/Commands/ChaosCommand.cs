using System.CommandLine;
using System.Diagnostics;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Chaos;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf chaos</c>: kills and freezes the processes of a run, and proves that nothing came of it.</summary>
public sealed class ChaosCommand : Command
{
    private const string Kind = "chaos";
    private static readonly ChaosSettings Usual = new() { Folder = "" };

    private readonly OperatorConsole _console;
    private readonly Option<long> _seed = new("--seed") { Description = "Decides the model, the data, and who is struck how.", HelpName = "N", DefaultValueFactory = _ => Usual.Seed };
    private readonly Option<long> _episodes = CommonOptions.Within<long>("--episodes", "Episodes to train on.", Usual.Episodes, 1, 100_000_000);
    private readonly Option<long> _kills = CommonOptions.Within<long>("--kills", "Processes to kill or freeze, at least.", Usual.Strikes, 1, 1_000_000);
    private readonly Option<double> _every = CommonOptions.Within("--every", "Seconds from one to the next at most.", Usual.Every.TotalSeconds, 0.05, 3_600, "SECONDS");
    private readonly Option<double> _minutes = CommonOptions.Within<double>("--minutes", "Go on with the next seed until so many minutes are over.", 0, 0, 100_000, "M");
    private readonly Option<long> _lag = CommonOptions.Within<long>("--max-policy-lag", "How many updates older than the policy that learns one that samples may be.", Usual.MaxPolicyLag, 0, 1_000);
    private readonly Option<string?> _database = new("--database") { Description = "A connection string, for PostgreSQL; SQLite in the run's folder by default.", HelpName = "CONNECTION" };
    private readonly Option<string> _out = new("--out") { Description = "The run's folder; an earlier chaos run in it is deleted.", HelpName = "DIR", DefaultValueFactory = _ => "runs/chaos" };
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public ChaosCommand(OperatorConsole console)
        : base("chaos", "Train a tiny model while its processes are killed and frozen, and prove that every episode was trained on exactly once.")
    {
        _console = console;
        foreach (var option in new Option[] { _seed, _episodes, _kills, _every, _minutes, _lag, _database, _out, _json }) Add(option);
        Add(new ReplayCommand(console));
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        var folder = result.GetValue(_out)!;
        var started = Stopwatch.GetTimestamp();
        var rounds = new List<ChaosResult>();
        for (var seed = result.GetValue(_seed); rounds.Count == 0 || (rounds[^1].Passed && Stopwatch.GetElapsedTime(started).TotalMinutes < result.GetValue(_minutes)); seed++)
        {
            var round = _console.WithProgress(progress => Round(result, folder, seed, progress, stop).GetAwaiter().GetResult());
            rounds.Add(round);
            if (!result.GetValue(_json)) new ChaosTable(_console).Write(round);
        }

        if (result.GetValue(_json)) _console.WriteJson(rounds);
        return rounds[^1].Passed ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<ChaosResult> Round(ParseResult result, string folder, long seed, IRunProgress progress, CancellationToken stop)
    {
        var settings = new ChaosSettings
        {
            Folder = Path.GetFullPath(folder),
            Seed = seed,
            Episodes = result.GetValue(_episodes),
            Strikes = (int)result.GetValue(_kills),
            Every = TimeSpan.FromSeconds(result.GetValue(_every)),
            MaxPolicyLag = (int)result.GetValue(_lag),
            ConnectionString = result.GetValue(_database),
        };
        DeleteEarlier(settings.Folder);
        using var directory = RunDirectory.Open(settings.Folder, RunConfiguration.Of(Kind, settings, Kind));
        return await new ChaosRun(settings, StartNode, StartReplay).RunAsync(progress, stop).ConfigureAwait(false);
    }

    // What there was to find out about it is known.
    private static void DeleteEarlier(string folder)
    {
        var path = Path.Combine(folder, RunDirectory.ConfigFile);
        if (!File.Exists(path) || RunConfiguration.Parse(File.ReadAllText(path), path) is not { Kind: Kind } earlier) return;
        using (RunDirectory.Open(folder, earlier))
        {
            // Nobody uses it.
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Process StartNode(string configuration, string responses, NodePlace place)
    {
        var start = OwnProcess.With(
            "node", "--attached", "--config", configuration, "--name", place.Name, "--roles", string.Join(',', place.Roles.Names()), "--record-responses", responses);
        (start.RedirectStandardInput, start.RedirectStandardError) = (true, true);
        return Process.Start(start)!;
    }

    private static Process StartReplay(string configuration, string folder)
    {
        var start = OwnProcess.With(Kind, ReplayCommand.Word, "--config", configuration, "--out", folder);
        start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    /// <summary>Trains a run's journal again.</summary>
    private sealed class ReplayCommand : Command
    {
        public const string Word = "replay";

        private readonly SettingsOptions _settings;
        private readonly Option<string> _out = new("--out") { Description = "Where the checkpoint goes.", HelpName = "DIR", Required = true };

        public ReplayCommand(OperatorConsole console)
            : base(Word, "Train a run's journal again from its beginning, in this process.")
        {
            Hidden = true;
            _settings = new SettingsOptions(this, UpCommand.Configuration);
            Add(_out);
            SetAction(async (result, stop) =>
            {
                var progress = new PlainProgress(console.Error, TimeProvider.System);
                await ChaosReplay.RunAsync(_settings.ReadRun(result), result.GetValue(_out)!, progress, stop).ConfigureAwait(false);
                return ExitCode.Success;
            });
        }
    }
}
