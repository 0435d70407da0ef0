using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Host.Demo;
using ActorRlhf.Host.Journals;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// The elastic system without its computing: the real nodes, actors, protocol, journal and checkpoints on several processes of this machine, with <see cref="ConstantWork"/>. It
/// kills processes on the way, and in the end reads the journal to see that every episode was trained on exactly once.
/// </summary>
public sealed class EpisodeBench
{
    private const NodeRoles Core = NodeRoles.Learner | NodeRoles.Episodes;
    private const NodeRoles Worker = NodeRoles.Rollout | NodeRoles.Scorer;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<string, double> _memory = [];
    private readonly List<string> _killed = [];

    /// <summary>The run.</summary>
    public required EpisodeBenchSettings Settings { get; init; }

    /// <summary>How many processes are killed, evenly over the run.</summary>
    public int Kills { get; init; }

    /// <summary>Starts a process that runs <see cref="EpisodeBenchNode"/>, with its standard input and error redirected.</summary>
    public required Func<NodePlace, Process> Start { get; init; }

    /// <summary>The processes.</summary>
    public static IReadOnlyList<NodePlace> Places { get; } = [new("node-1", Core), new("node-2", Core), new("node-3", Worker), new("node-4", Worker)];

    /// <summary>Measures.</summary>
    /// <param name="note">Told of every kill and restart.</param>
    /// <param name="progress">Told how many episodes are trained.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">A node cannot go on.</exception>
    public async Task<EpisodeBenchResult> RunAsync(Action<string> note, Action<long> progress, CancellationToken stop)
    {
        var load = Load();
        Directory.CreateDirectory(Settings.Directory);
        Settings.Save();
        var started = Stopwatch.GetTimestamp();
        var (first, pause) = await Train(note, progress, stop).ConfigureAwait(false);
        var reports = EpisodeBenchReport.All(Settings.Directory);
        var seconds = Stopwatch.GetElapsedTime(started, reports.Min(report => report.Finished)).TotalSeconds;
        var audit = new JournalAudit(Settings.Plan(), Settings.Vocabulary, Settings.Tokens);
        foreach (var fault in reports.SelectMany(report => report.Violations).Distinct()) audit.Require(false, fault);
        var (weights, bytes) = Read(audit);
        Compare(audit, weights, "the last checkpoint");
        var recovery = await Recover(audit, note, stop).ConfigureAwait(false);
        Compare(audit, weights, "the checkpoint after the recovery");
        return new EpisodeBenchResult
        {
            Episodes = Settings.Episodes,
            Trained = audit.Trained,
            Lost = audit.Lost,
            Duplicated = audit.Duplicated,
            Refused = audit.Refused,
            Killed = _killed,
            Seconds = Math.Round(seconds, 2),
            StartSeconds = Math.Round(Stopwatch.GetElapsedTime(started, first).TotalSeconds, 2),
            LongestPauseSeconds = Math.Round(pause.TotalSeconds, 2),
            RecoverySeconds = Math.Round(recovery.TotalSeconds, 2),
            PeakRssMb = _memory.Values.Max(),
            PeakRssMbOf = _memory,
            JournalBytesPerEpisode = Math.Round((double)audit.Bytes / Settings.Episodes, 1),
            JournalEvents = audit.Events,
            DatabaseMb = Math.Round(bytes / 1e6),
            Database = Database.Of(Settings.Cluster()).Provider.Split('.')[0],
            Weights = weights,
            Faults = audit.Faults,
            LoadBefore = load,
        };
    }

    private async Task<(long First, TimeSpan Pause)> Train(Action<string> note, Action<long> progress, CancellationToken stop)
    {
        var random = new Random((int)Settings.Seed);
        var (trained, first, last, pause) = (0L, 0L, 0L, TimeSpan.Zero);
        using var file = ProgressFile.Open(Settings.Directory);
        using var http = ClusterNetwork.Open(new NetworkSettings()).CreateClient();
        await using var cluster = new LocalCluster(Start, note)
        {
            LongestPause = TimeSpan.FromSeconds(1), Ended = (name, process) => DeathNotice.SendAsync(http, Settings.Directory, name, process),
        };
        foreach (var place in Places) cluster.Add(place);
        while (EpisodeBenchReport.Count(Settings.Directory) < Places.Count)
        {
            await Wait(cluster, stop).ConfigureAwait(false);
            if (Math.Min(file.Value * Settings.BatchSize, Settings.Episodes) is var value && value <= trained) continue;
            var now = Stopwatch.GetTimestamp();
            if (trained == 0) first = now;
            else pause = TimeSpan.FromTicks(Math.Max(pause.Ticks, Stopwatch.GetElapsedTime(last, now).Ticks));
            (trained, last) = (value, now);
            progress(trained);
            while (_killed.Count < Kills && trained >= Settings.Episodes * (_killed.Count + 1) / (Kills + 1) && Kill(cluster, random) is { } name)
                note(string.Create(CultureInfo.InvariantCulture, $"killed {name} after {trained} episodes"));
        }

        return (first, pause);
    }

    private async Task Wait(LocalCluster cluster, CancellationToken stop)
    {
        await Task.WhenAny(cluster.Finished, Task.Delay(Look, stop)).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        if (cluster.Finished.IsCompleted) await cluster.Finished.ConfigureAwait(false);
        foreach (var (name, process) in cluster.Processes) Measure(name, process);
    }

    // Each process in turn, but in an order of their own each time; one that is just being started again waits for the next turn.
    private string? Kill(LocalCluster cluster, Random random)
    {
        var running = cluster.Processes;
        var (name, id) = running.OrderBy(node => _killed.Count(killed => killed == node.Key)).ThenBy(_ => random.Next()).FirstOrDefault();
        if (name is null) return null;
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null; // ended by itself
        }

        _killed.Add(name);
        return name;
    }

    private void Measure(string name, int process)
    {
        if (PeakMemory.Megabytes(process) is { } megabytes) _memory[name] = Math.Max(_memory.GetValueOrDefault(name), Math.Round(megabytes));
    }

    private (string Weights, long Bytes) Read(JournalAudit audit)
    {
        var plan = Settings.Plan();
        var weights = new BatchHash();
        using var journal = JournalRows.Open(Settings.Cluster());
        audit.ReadLearner(journal.Of(Learner.PersistenceIdOf(plan.Run)), weights.Add);
        for (var shard = 0; shard < plan.Shards; shard++)
            audit.ReadShard(shard, journal.Of(EpisodeShard.PersistenceIdOf(plan.Run, shard)));
        return (weights.Text, journal.DatabaseBytes());
    }

    private void Compare(JournalAudit audit, string weights, string where)
    {
        var (version, hash) = ConstantTrainer.Newest(Settings.Directory);
        audit.Require(version == Settings.Plan().Batches, $"{where} is that after {version} of {Settings.Plan().Batches} batches");
        audit.Require(hash == weights, $"{where} has {hash}; the journal's batches one after the other give {weights}");
    }

    private async Task<TimeSpan> Recover(JournalAudit audit, Action<string> note, CancellationToken stop)
    {
        EpisodeBenchReport.Clear(Settings.Directory);
        if (ConstantTrainer.Store(Settings.Directory).List() is [.., _, var newest]) Directory.Delete(newest, recursive: true);
        var started = Stopwatch.GetTimestamp();
        await using var cluster = new LocalCluster(Start, note);
        cluster.Add(new NodePlace("recovery", Core));
        while (EpisodeBenchReport.Count(Settings.Directory) == 0) await Wait(cluster, stop).ConfigureAwait(false);
        var report = EpisodeBenchReport.All(Settings.Directory)[0];
        foreach (var fault in report.Violations) audit.Require(false, $"after the recovery: {fault}");
        return Stopwatch.GetElapsedTime(started, report.Ready);
    }

    private static double? Load() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : null;
}
