using System.Globalization;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// A run's checkpoints: directories <c>step-000123</c> and a file <c>latest</c> that names the newest. One process may save; any number may
/// load meanwhile. Whatever moment the saving process is killed at, the last checkpoint whose save returned can be loaded.
/// </summary>
/// <param name="directory">Created on the first save.</param>
/// <param name="keep">How many complete checkpoints are kept, at least 1; older ones are deleted after a newer one is safely on disk.</param>
public sealed class CheckpointStore(string directory, int keep = 3)
{
    private const string Prefix = "step-";
    private const string LatestFile = "latest";

    private readonly int _keep = keep >= 1
        ? keep
        : throw new UserErrorException($"{keep} checkpoints cannot be kept; keep at least 1, or a crash would lose the run");

    /// <summary>Where the checkpoints are.</summary>
    public string Directory { get; } = Path.GetFullPath(directory);

    /// <summary>How many complete checkpoints are kept.</summary>
    public int Keep => _keep;

    /// <summary>The checkpoints' directories, oldest first, damaged ones included.</summary>
    public IReadOnlyList<string> List() => !System.IO.Directory.Exists(Directory)
        ? []
        : [.. System.IO.Directory.EnumerateDirectories(Directory, Prefix + "*")
            .Select(path => (Path: path, Step: StepOf(path)))
            .Where(checkpoint => checkpoint.Step >= 0)
            .OrderBy(checkpoint => checkpoint.Step)
            .Select(checkpoint => checkpoint.Path)];

    /// <summary>The newest step whose checkpoint looks complete by files, headers and lengths; −1 where there is none.</summary>
    public long NewestStep => List().Reverse().Where(Checkpoint.LooksComplete).Select(StepOf).FirstOrDefault(-1);

    /// <summary>Where the checkpoint of a step is, or would be.</summary>
    public string PathOf(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Path.Combine(Directory, Prefix + step.ToString("D6", CultureInfo.InvariantCulture));
    }

    /// <summary>Whether there is a checkpoint of a step that looks complete by files, headers and lengths.</summary>
    public bool Has(long step) => Checkpoint.LooksComplete(PathOf(step));

    /// <summary>Saves a checkpoint, makes it the latest, and deletes those beyond the number to keep.</summary>
    /// <returns>The checkpoint's directory.</returns>
    /// <inheritdoc cref="Checkpoint.Save"/>
    public string Save(CheckpointState state, CheckpointContent content)
    {
        var saved = PathOf(state.Step);
        Prepare();
        Checkpoint.Save(saved, state, content);
        MakeLatest(saved);
        return saved;
    }

    /// <summary>
    /// Takes in a checkpoint that another store has saved: it is checked against its checksums, appears complete or not at all, becomes the latest, and those beyond the
    /// number to keep are deleted.
    /// </summary>
    /// <param name="step">Its step.</param>
    /// <param name="fill">Puts the <see cref="Checkpoint.FileNames"/> into the directory it is given. When it throws, nothing has changed.</param>
    /// <returns>False where it is here already, and nothing was done.</returns>
    /// <exception cref="IOException">It has arrived damaged or is of another step, or the device is full or fails.</exception>
    public async Task<bool> ReceiveAsync(long step, Func<string, Task> fill)
    {
        if (Has(step)) return false;
        var received = PathOf(step);
        Prepare();
        await AtomicDirectory.WriteAsync(received, async temporary =>
        {
            await fill(temporary).ConfigureAwait(false);
            if (Checkpoint.Damage(temporary) is { } damage) throw new IOException($"the checkpoint of step {step} has arrived damaged: {damage}");
            var there = Checkpoint.ReadState(temporary).Step;
            if (there != step) throw new IOException($"the checkpoint of step {step} is one of step {there}");
        }).ConfigureAwait(false);
        MakeLatest(received);
        return true;
    }

    /// <summary>
    /// Loads the checkpoint that <c>latest</c> names; when it is damaged, the one before it that is not, and says so in the result's messages.
    /// </summary>
    /// <returns>Null when nothing was saved yet.</returns>
    /// <exception cref="UserErrorException">
    /// All checkpoints are damaged, or the one chosen is of another model or holds a NaN or an infinity.
    /// </exception>
    public LoadedCheckpoint? LoadLatest(CheckpointContent into)
    {
        AtomicDirectory.Clean(Directory);
        var messages = new List<string>();
        return Load(NewestFirst(messages), messages, into);
    }

    /// <summary>
    /// Loads the checkpoint of the highest step that is not damaged, whatever <c>latest</c> names: for a run whose steps are never taken back, and where a process that another one has
    /// replaced may still be saving an earlier step.
    /// </summary>
    /// <inheritdoc cref="LoadLatest"/>
    public LoadedCheckpoint? LoadHighest(CheckpointContent into)
    {
        AtomicDirectory.Clean(Directory);
        return Load([.. List().Reverse()], [], into);
    }

    private List<string> NewestFirst(List<string> messages)
    {
        var checkpoints = List().Reverse().ToList();
        var pointer = Path.Combine(Directory, LatestFile);
        if (!File.Exists(pointer)) return checkpoints;
        var latest = Path.Combine(Directory, Path.GetFileName(File.ReadAllText(pointer).Trim()));
        if (!checkpoints.Contains(latest)) messages.Add($"checkpoint {latest}, which {pointer} names, is missing");
        // Steps beyond the latest are from before the run was set back, so they come last.
        return [.. checkpoints.Where(path => StepOf(path) <= StepOf(latest)), .. checkpoints.Where(path => StepOf(path) > StepOf(latest))];
    }

    private LoadedCheckpoint? Load(IReadOnlyList<string> candidates, List<string> messages, CheckpointContent into)
    {
        foreach (var candidate in candidates)
        {
            var damage = Checkpoint.Damage(candidate);
            if (damage is null)
            {
                if (messages.Count > 0) messages.Add($"resuming from {candidate} instead");
                return new LoadedCheckpoint(Checkpoint.LoadUndamaged(candidate, into), candidate, messages);
            }
            messages.Add($"checkpoint {candidate} is passed over: {damage}");
        }
        return messages.Count == 0
            ? null
            : throw new UserErrorException(
                $"{Directory}: no checkpoint can be loaded; restore one from a backup, or delete the directory to start over\n{string.Join('\n', messages)}");
    }

    private void Prepare()
    {
        System.IO.Directory.CreateDirectory(Directory);
        AtomicDirectory.Clean(Directory);
    }

    private void MakeLatest(string saved)
    {
        AtomicFile.WriteText(Path.Combine(Directory, LatestFile), Path.GetFileName(saved) + "\n");
        Prune(saved);
    }

    // What was just saved is complete and on disk, so one good checkpoint always stays. Damaged ones do not count towards those kept, and
    // later steps, left from before the run was set back, are not touched.
    private void Prune(string saved)
    {
        var kept = 1;
        foreach (var checkpoint in List().Reverse().Where(checkpoint => StepOf(checkpoint) < StepOf(saved)).ToList())
        {
            if (kept >= _keep) AtomicDirectory.Delete(checkpoint);
            else if (Checkpoint.LooksComplete(checkpoint)) kept++;
        }
    }

    private static long StepOf(string path) =>
        Path.GetFileName(path) is var name && name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;
}
