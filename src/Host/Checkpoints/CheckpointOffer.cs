using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Checkpoints;

/// <summary>A complete checkpoint that a node has.</summary>
/// <param name="Step">Batches that it has learned from.</param>
/// <param name="Files">The files that it is made of.</param>
internal sealed record CheckpointOffer(long Step, IReadOnlyList<CheckpointFile> Files)
{
    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Whether it has the files of a checkpoint, each once, and no others.</summary>
    public bool IsWhole => Step >= 0 && Files.All(file => file.Bytes >= 0)
        && Files.Select(file => file.Name).Order(StringComparer.Ordinal).SequenceEqual(Checkpoint.FileNames.Order(StringComparer.Ordinal));

    /// <summary>The newest one of a store; null where there is none.</summary>
    /// <exception cref="IOException">It is being deleted.</exception>
    public static CheckpointOffer? Newest(CheckpointStore store)
    {
        var step = store.NewestStep;
        return step < 0 ? null : new(step, [.. Checkpoint.FileNames.Select(name => new CheckpointFile(name, new FileInfo(Path.Combine(store.PathOf(step), name)).Length))]);
    }
}

/// <summary>A file of a checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record CheckpointFile(string Name, long Bytes);
