namespace ActorRlhf.Model.Storage;

/// <summary>
/// Writes whole directories so that they exist completely or not at all, whenever the process or the machine stops: files go to a temporary
/// directory beside the target, everything is flushed to the device, and the directory takes its name in one rename.
/// </summary>
public static class AtomicDirectory
{
    /// <summary>Writes a directory.</summary>
    /// <param name="path">The target; replaced when it exists. Its parent must exist.</param>
    /// <param name="fill">Writes the files into the directory it is given. When it throws, the target is untouched.</param>
    /// <exception cref="IOException">The device is full or fails, or another process is replacing the same directory.</exception>
    public static void Write(string path, Action<string> fill) => WriteAsync(path, temporary =>
    {
        fill(temporary);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult(); // nothing in it waits

    /// <inheritdoc cref="Write"/>
    public static async Task WriteAsync(string path, Func<string, Task> fill)
    {
        path = Path.GetFullPath(path);
        var temporary = TemporaryName.Beside(path);
        Directory.CreateDirectory(temporary);
        using var writing = DirectoryHandle.Open(temporary).Locked();
        try
        {
            await fill(temporary).ConfigureAwait(false);
            SyncTree(temporary);
            Publish(temporary, path);
        }
        catch
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    /// <summary>Deletes a directory so that it is gone as a whole: it loses its name first, then its files.</summary>
    public static void Delete(string path)
    {
        path = Path.GetFullPath(path);
        var temporary = TemporaryName.Beside(path);
        using var deleting = DirectoryHandle.Open(path).Locked();
        Directory.Move(path, temporary);
        Directory.Delete(temporary, recursive: true);
        DirectoryHandle.Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Finishes what killed processes left in a directory: unfinished directories and files are deleted, and a directory that was put aside
    /// for a replacement that never took its place gets its name back. What a living process is writing stays.
    /// </summary>
    public static void Clean(string directory)
    {
        if (!Directory.Exists(directory)) return;
        foreach (var aside in Directory.EnumerateDirectories(directory, TemporaryName.AsidePattern))
        {
            IfUnused(aside, () =>
            {
                var original = TemporaryName.Original(aside);
                if (Directory.Exists(original)) Directory.Delete(aside, recursive: true);
                else Directory.Move(aside, original);
            });
        }
        foreach (var leftover in Directory.EnumerateDirectories(directory, TemporaryName.Pattern))
            IfUnused(leftover, () => Directory.Delete(leftover, recursive: true));
        AtomicFile.Clean(directory);
    }

    private static void Publish(string temporary, string path)
    {
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(path))
        {
            Directory.Move(temporary, path);
            DirectoryHandle.Sync(parent);
            return;
        }
        // A rename cannot replace a directory that has files, so the old one steps aside; a kill in between is undone by Clean.
        var aside = TemporaryName.Aside(path);
        using var replacing = DirectoryHandle.Open(path).Locked();
        Directory.Move(path, aside);
        Directory.Move(temporary, path);
        DirectoryHandle.Sync(parent);
        Directory.Delete(aside, recursive: true);
    }

    private static void SyncTree(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory))
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }
        foreach (var child in Directory.EnumerateDirectories(directory)) SyncTree(child);
        DirectoryHandle.Sync(directory);
    }

    private static void IfUnused(string directory, Action clean)
    {
        try
        {
            using var handle = DirectoryHandle.Open(directory);
            if (handle.TryLock()) clean();
        }
        catch (IOException)
        {
            // Gone in the meantime: its writer finished, or another process cleaned first.
        }
    }
}
