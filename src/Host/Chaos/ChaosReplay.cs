using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Chaos;

/// <summary>Trains a run again from its journal alone, in a process that nobody kills.</summary>
public static class ChaosReplay
{
    /// <summary>Takes every journaled batch in turn, from the beginning, and writes a checkpoint behind the last one.</summary>
    /// <param name="settings">The run's settings, resolved.</param>
    /// <param name="folder">Where the checkpoint goes; it has none yet.</param>
    /// <param name="progress">Told of each batch.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">The folder has checkpoints.</exception>
    public static async Task RunAsync(RunSettings settings, string folder, IRunProgress progress, CancellationToken stop)
    {
        var (task, data) = NodeRun.Open(settings);
        var database = Database.Of(settings.Cluster);
        IReadOnlyList<JournalEntry> entries;
        await using (var journal = await Journal.OpenAsync(database).ConfigureAwait(false))
            entries = await journal.ReadAsync(Learner.PersistenceIdOf(settings.Cluster.Run), stop).ConfigureAwait(false);
        using var work = new PpoWork((settings with { Cluster = settings.Cluster with { Directory = folder } }).Seeded(), task, data);
        using var trainer = work.MakeTrainer((_, _) => { });
        if (trainer.Load() != 0) throw new UserErrorException($"{folder}: has checkpoints; a replay begins in an empty folder");
        var version = 0L;
        var steering = entries.Select(entry => entry.Event).OfType<TrainingSteered>().ToLookup(steered => steered.Steering.Batch, steered => steered.Steering);
        foreach (var batch in entries.Select(entry => entry.Event).OfType<BatchFormed>())
        {
            stop.ThrowIfCancellationRequested();
            foreach (var steered in steering[batch.Batch]) trainer.Steer(steered, isPast: false);
            trainer.Train(batch);
            version = batch.Batch + 1;
            progress.Report(new RunProgress("replay", Math.Min(version * settings.Ppo.BatchSize, settings.Ppo.TotalEpisodes), settings.Ppo.TotalEpisodes, "episodes"));
        }

        trainer.Checkpoint(version);
    }

    /// <summary>Says in what two runs' last checkpoints differ; null where every byte is the same.</summary>
    /// <param name="run">A run's folder.</param>
    /// <param name="other">Another's.</param>
    public static string? Difference(string run, string other)
    {
        var (mine, theirs) = (Last(run), Last(other));
        if (mine is null || theirs is null) return $"{(mine is null ? run : other)} has no checkpoint";
        if (Path.GetFileName(mine) != Path.GetFileName(theirs)) return $"{mine} and {theirs} are not of the same batch";
        var names = Directory.EnumerateFiles(mine).Concat(Directory.EnumerateFiles(theirs)).Select(path => Path.GetFileName(path)).Distinct().Order(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !Same(Path.Combine(mine, name), Path.Combine(theirs, name))) is { } differs ? $"{Path.Combine(mine, differs)} and {Path.Combine(theirs, differs)} differ" : null;

        static bool Same(string a, string b) => File.Exists(a) && File.Exists(b) && File.ReadAllBytes(a).AsSpan().SequenceEqual(File.ReadAllBytes(b));
        static string? Last(string folder) => PpoWork.Checkpoints(folder).List().LastOrDefault();
    }
}
