using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Chaos;

/// <summary>
/// Trains a tiny model on a cluster of processes, of which one is killed or frozen again and again and all are killed once, and finds out from journals, checkpoints and records whether
/// every episode was trained on exactly once.
/// </summary>
/// <param name="settings">What is trained and how often somebody is struck.</param>
/// <param name="start">Starts a node of a configuration file that records its responses in a folder; as for <see cref="LocalCluster"/>.</param>
/// <param name="replay">Starts a process that runs <see cref="ChaosReplay"/> for a configuration file into a folder, with its standard error redirected.</param>
public sealed class ChaosRun(ChaosSettings settings, Func<string, string, NodePlace, Process> start, Func<string, string, Process> replay)
{
    private const int Killed = 137;
    private const int HasLeft = 143; // as it was told to at the end
    private const int PutOut = 75;
    private const int Pauses = 10;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30); // without a new batch nobody is struck, until there is one
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3); // without a new batch the run is stuck

    private readonly List<(StrikeRecord Record, TimeSpan At)> _strikes = [];

    /// <summary>Runs.</summary>
    /// <param name="progress">Told of every strike.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">A node cannot go on.</exception>
    public async Task<ChaosResult> RunAsync(IRunProgress progress, CancellationToken stop)
    {
        var workspace = ChaosWorkspace.Make(settings);
        var watch = new TrainingWatch(workspace.In(RunDirectory.MetricsFile));
        using var http = ClusterNetwork.Open(workspace.Settings.Network).CreateClient();
        var cluster = new LocalCluster(place => start(workspace.Configuration, workspace.Responses, place), _ => { })
        {
            LongestPause = TimeSpan.FromSeconds(1), Ended = (name, process) => DeathNotice.SendAsync(http, workspace.Folder, name, process),
        };
        string? stuck;
        await using (cluster.ConfigureAwait(false))
            stuck = await Train(workspace, cluster, watch, progress, stop).ConfigureAwait(false);

        var seconds = watch.Now.TotalSeconds;
        var ends = cluster.Ends;
        var account = ChaosAudit.Of(await Evidence(workspace, stop).ConfigureAwait(false));
        var started = Stopwatch.GetTimestamp();
        var again = await Replay(workspace, stop).ConfigureAwait(false);
        var difference = again ?? ChaosReplay.Difference(workspace.Folder, workspace.In("replay"));
        List<string> findings = [.. account.Findings];
        if (stuck is not null) findings.Add(stuck);
        if (difference is not null) findings.Add(difference);
        if (_strikes.Count < settings.Strikes) findings.Add(Text($"there was room for {_strikes.Count} strikes only, not for {settings.Strikes}"));
        findings.AddRange(ends.Where(end => end.Code is not (0 or Killed or HasLeft or PutOut)).Select(end => Text($"{end.Node} ended with exit code {end.Code}: {end.Said}")));
        return new ChaosResult
        {
            Folder = workspace.Folder,
            Seed = settings.Seed,
            Findings = findings,
            Episodes = settings.Episodes,
            Account = account,
            WeightsEqual = difference is null,
            Strikes = [.. _strikes.Select(strike => strike.Record with { UntilBatch = Round(watch.UntilBatch(strike.At)) })],
            PutOut = ends.Count(end => end.Code == ChaosRun.PutOut),
            Restarts = cluster.Restarts,
            Seconds = Math.Round(seconds, 1),
            ReplaySeconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            LongestPauses = [.. watch.Pauses().Take(Pauses).Select(pause => Math.Round(pause.Time.TotalSeconds, 2))],
        };
    }

    private IReadOnlyList<NodePlace> Places()
    {
        const NodeRoles core = NodeRoles.Learner | NodeRoles.Episodes;
        return [.. Numbered("learner", core, settings.Learners), .. Numbered("rollout", NodeRoles.Rollout, settings.Rollouts), .. Numbered("scorer", NodeRoles.Scorer, settings.Scorers)];

        static IEnumerable<NodePlace> Numbered(string name, NodeRoles roles, int count) =>
            Enumerable.Range(1, count).Select(number => new NodePlace(Text($"{name}-{number}"), roles));
    }

    // Why it is given up; null when it is finished.
    private async Task<string?> Train(ChaosWorkspace workspace, LocalCluster cluster, TrainingWatch watch, IRunProgress progress, CancellationToken stop)
    {
        var places = Places();
        var striker = new Striker(cluster, [.. places.Select(place => place.Name)], new StrikeSchedule(settings.Seed, places.Count, settings.Strikes));
        foreach (var place in places) cluster.Add(place);
        await using var learner = new LearnerWatch(workspace.Settings);
        var shown = TimeSpan.Zero;
        try
        {
            while (!cluster.Finished.IsCompleted)
            {
                await Task.WhenAny(cluster.Finished, Task.Delay(Look, stop)).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                watch.Look();
                striker.Wake(watch.Now);
                if (IsDue(workspace, watch)) Strike(striker, watch, learner.Node, progress);
                if (watch.Now - watch.LastBatch > Patience) return Text($"no batch was trained for {Patience.TotalMinutes} minutes after {watch.Batches} batches; the logs are in {workspace.In("logs")}");
                if (watch.Now - shown < Shown) continue;
                shown = watch.Now;
                progress.Report(new RunProgress("chaos", Trained(workspace, watch), settings.Episodes, "episodes", Text($"{_strikes.Count} strikes")));
            }
        }
        finally
        {
            striker.WakeAll();
        }

        watch.Look();
        await cluster.Finished.ConfigureAwait(false);
        return null;
    }

    private long Trained(ChaosWorkspace workspace, TrainingWatch watch) => Math.Min(watch.Batches * workspace.Settings.Ppo.BatchSize, settings.Episodes);

    // By the clock, or by how far training is: so many strikes have to fit in. None when all is trained, or where a slow machine does not get up any more.
    private bool IsDue(ChaosWorkspace workspace, TrainingWatch watch)
    {
        var (trained, last) = (Trained(workspace, watch), _strikes.Count > 0 ? _strikes[^1].At : TimeSpan.Zero);
        if (trained == settings.Episodes || watch.Now - watch.LastBatch > Rest) return false;
        return watch.Now - last >= settings.Every || trained * (settings.Strikes + 1L) >= (_strikes.Count + 1L) * settings.Episodes;
    }

    private void Strike(Striker striker, TrainingWatch watch, string? learner, IRunProgress progress)
    {
        var now = watch.Now;
        if (striker.Strike(now) is not { } struck) return;
        var isLearner = struck.Kind == StrikeKind.PowerCut || struck.Node == learner;
        var record = new StrikeRecord
        {
            Kind = struck.Kind, Node = struck.Node, Seconds = struck.Duration.TotalSeconds, Learner = isLearner, At = Math.Round(now.TotalSeconds, 2), Batches = watch.Batches,
        };
        _strikes.Add((record, now));
        var what = struck.Kind switch
        {
            StrikeKind.Kill => Text($"{struck.Node} is killed"),
            StrikeKind.Freeze => Text($"{struck.Node} is frozen for {struck.Duration.TotalSeconds:0.0} s"),
            _ => "all processes are killed at once",
        };
        progress.Note(Text($"{now.TotalSeconds,6:0.0} s, {watch.Batches} batches: {what}{(isLearner && struck.Kind != StrikeKind.PowerCut ? ", the learner" : "")}"));
    }

    private static async Task<ChaosEvidence> Evidence(ChaosWorkspace workspace, CancellationToken stop)
    {
        var cluster = workspace.Settings.Cluster;
        await using var journal = await Journal.OpenAsync(Database.Of(cluster)).ConfigureAwait(false);
        var shards = new List<IReadOnlyList<JournalEntry>>();
        for (var shard = 0; shard < cluster.Shards; shard++) shards.Add(await journal.ReadAsync(EpisodeShard.PersistenceIdOf(cluster.Run, shard), stop).ConfigureAwait(false));
        return new ChaosEvidence
        {
            Plan = PpoWork.Plan(workspace.Settings),
            MaxPolicyLag = cluster.MaxPolicyLag,
            Learner = await journal.ReadAsync(Learner.PersistenceIdOf(cluster.Run), stop).ConfigureAwait(false),
            Shards = shards,
            Responses = CompletionFile.ReadAll(workspace.Responses),
        };
    }

    // Why it failed; null when it did not.
    private async Task<string?> Replay(ChaosWorkspace workspace, CancellationToken stop)
    {
        using var process = replay(workspace.Configuration, workspace.In("replay"));
        try
        {
            var said = await process.StandardError.ReadToEndAsync(stop).ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            return process.ExitCode == 0 ? null : Text($"the replay failed: {said.Trim()}");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static double? Round(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 2) : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
