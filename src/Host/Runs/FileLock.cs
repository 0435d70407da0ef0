namespace ActorRlhf.Host.Runs;

/// <summary>A lock on a file of its own. It ends with the process, however that ends, so it never has to be cleaned up.</summary>
internal static class FileLock
{
    // What flock() says where another has the lock, on Linux and macOS, and Windows' sharing violation.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];

    /// <summary>Takes a lock until the result is disposed; null where another process has it.</summary>
    /// <param name="path">The file; created where it is missing.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static IDisposable? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); // an exclusive share is flock() here
        }
        catch (IOException e) when (Taken.Contains(e.HResult))
        {
            return null;
        }
    }
}
