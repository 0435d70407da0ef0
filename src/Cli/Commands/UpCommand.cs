using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf up</c>: PPO on a cluster of processes of this machine.</summary>
public sealed class UpCommand : Command
{
    /// <summary>The configuration of a cluster when none is given.</summary>
    public const string Configuration = "hocon/cluster.conf";

    private const int Most = 256;
    private const string NodesFile = "nodes.conf";
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly OperatorConsole _console;
    private readonly SettingsOptions _settings;
    private readonly Option<int> _rollouts = CommonOptions.Within("--rollouts", "Processes that write summaries.", 3, 1, Most);
    private readonly Option<int> _scorers = CommonOptions.Within("--scorers", "Processes that score them.", 1, 1, Most);
    private readonly Option<int> _standbys = CommonOptions.Within("--standbys", "Processes that take over when the learner's dies.", 0, 0, Most);
    private readonly Option<string> _out = CommonOptions.Out("up");
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public UpCommand(OperatorConsole console)
        : base("up", "Train with PPO on several processes of this machine; any of them may be killed at any moment.")
    {
        _console = console;
        _settings = new SettingsOptions(this, Configuration).WithSeed().WithData();
        _settings.AddShort(new Option<string?>("--model") { Description = "The policy's folder.", HelpName = "DIR" }, "cluster.model");
        _settings.AddShort(new Option<string?>("--reward") { Description = "The reward model's folder.", HelpName = "DIR" }, "cluster.reward");
        foreach (var option in new Option[] { _rollouts, _scorers, _standbys, _out, _json }) Add(option);
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        var folder = result.GetValue(_out)!;
        var settings = _settings.ReadRun(result);
        settings = settings with { Cluster = settings.Cluster with { Directory = folder } };
        NodeRun.Open(settings);
        var places = Places(result).ToList();
        using var directory = RunStart.Open(_console, folder, PpoRun.Identity(settings));
        if (!Directory.Exists(directory.In(NodeRun.Result)))
        {
            var nodes = directory.In(NodesFile);
            AtomicFile.WriteText(nodes, "# What the nodes of this run are started with.\n" + ResolvedConfiguration.Write(Shared(settings, places), RunSettings.Section));
            LastRun.Remember(folder, settings.Network);
            _console.WithProgress(progress =>
            {
                Train(nodes, settings, places, progress, stop).GetAwaiter().GetResult();
                return true;
            });
        }

        StepCommand.Write(_console, directory, new StepResult(NodeRun.Result), PpoMonitor.Phase, result.GetValue(_json));
        return ExitCode.Success;
    }

    private IEnumerable<NodePlace> Places(ParseResult result)
    {
        const NodeRoles core = NodeRoles.Learner | NodeRoles.Episodes;
        return Numbered("rollout", NodeRoles.Rollout, result.GetValue(_rollouts)).Concat(Numbered("scorer", NodeRoles.Scorer, result.GetValue(_scorers)))
            .Concat(Numbered("standby", core, result.GetValue(_standbys))).Prepend(new NodePlace("learner", core));

        static IEnumerable<NodePlace> Numbered(string name, NodeRoles roles, int count) =>
            Enumerable.Range(1, count).Select(number => new NodePlace(string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"), roles));
    }

    // Rollouts and scorers share the processors; what they compute does not depend on their threads.
    private static RunSettings Shared(RunSettings settings, IReadOnlyList<NodePlace> places)
    {
        var workers = places.Count(place => (place.Roles & (NodeRoles.Rollout | NodeRoles.Scorer)) != NodeRoles.None);
        var share = Math.Max(1, (settings.Threads == 0 ? Environment.ProcessorCount : settings.Threads) / workers);
        return settings with
        {
            Rollout = settings.Rollout with { Threads = settings.Rollout.Threads == 0 ? share : settings.Rollout.Threads },
            Scorer = settings.Scorer with { Threads = settings.Scorer.Threads == 0 ? share : settings.Scorer.Threads },
        };
    }

    private static async Task Train(string configuration, RunSettings settings, IEnumerable<NodePlace> places, IRunProgress progress, CancellationToken stop)
    {
        var notes = new ConcurrentQueue<string>();
        var (isSilent, isPageTold) = (false, false);
        var pause = new PauseNotice(progress);
        using var http = ClusterNetwork.Open(settings.Network).CreateClient();
        await using var cluster = new LocalCluster(place => Start(configuration, place), notes.Enqueue)
        {
            Ended = (name, process) => DeathNotice.SendAsync(http, settings.Cluster.Directory, name, process),
        };
        foreach (var place in places) cluster.Add(place);
        while (!cluster.Finished.IsCompleted)
        {
            await Task.WhenAny(cluster.Finished, Task.Delay(Look, stop)).ConfigureAwait(false);
            while (notes.TryDequeue(out var note)) progress.Note(note);
            stop.ThrowIfCancellationRequested();
            if (await Ask(http, settings.Cluster.Directory, stop).ConfigureAwait(false) is var (address, status) && status.Phase is { } phase)
            {
                if (!isPageTold) progress.Note($"the run's page: {address}/ (every node serves it); in a terminal: rlhf watch");
                isPageTold = true;
                progress.Report(new RunProgress(PpoMonitor.Phase, status.TrainedEpisodes, status.TotalEpisodes, "episodes",
                    string.Create(CultureInfo.InvariantCulture, $"{phase}, {status.Members.Count} nodes")));
                if (phase != NodeStatus.Silent) pause.Hear(phase == NodeStatus.Paused ? status.Reason : null);
                if (phase == NodeStatus.Silent && !isSilent && status.Troubles is [.., var last]) progress.Note($"{status.Reason}; the last that {status.Name} has complained of: {last}");
                isSilent = phase == NodeStatus.Silent;
            }
        }

        await cluster.Finished.ConfigureAwait(false);
    }

    // Any node will do: each hears from the learner twice a second.
    private static async Task<(string Address, NodeStatus Status)?> Ask(HttpClient http, string folder, CancellationToken stop)
    {
        foreach (var node in NodeFile.All(folder))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(Look);
            try
            {
                if (await NodeStatus.AskAsync(http, node.Address, patience.Token).ConfigureAwait(false) is { Phase: not null } status) return (node.Address, status);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                continue; // it is frozen, or busy
            }
        }

        return null;
    }

    private static Process Start(string configuration, NodePlace place)
    {
        var start = OwnProcess.With("node", "--attached", "--config", configuration, "--name", place.Name, "--roles", string.Join(',', place.Roles.Names()));
        (start.RedirectStandardInput, start.RedirectStandardError) = (true, true);
        return Process.Start(start)!;
    }
}
