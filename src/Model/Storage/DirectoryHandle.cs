using System.Runtime.InteropServices;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// An open directory, for the two things .NET has no call for: making its entries durable (<c>fsync</c>) and holding a lock on it
/// (<c>flock</c>) that ends with the process, however the process ends. On Windows, which has neither for directories, both do nothing.
/// </summary>
internal sealed partial class DirectoryHandle : IDisposable
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private readonly string _path;
    private int _descriptor;

    private DirectoryHandle(string path, int descriptor)
    {
        _path = path;
        _descriptor = descriptor;
    }

    /// <exception cref="IOException">The directory cannot be opened.</exception>
    public static DirectoryHandle Open(string path)
    {
        if (OperatingSystem.IsWindows()) return new DirectoryHandle(path, -1);
        // O_RDONLY | O_CLOEXEC: a child process must not inherit the lock.
        var descriptor = NativeOpen(path, OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000);
        return descriptor >= 0 ? new DirectoryHandle(path, descriptor) : throw Failure("open", path);
    }

    /// <summary>Makes the directory's entries (files created, renamed, deleted) survive a power failure.</summary>
    /// <exception cref="IOException">The device refused.</exception>
    public static void Sync(string path)
    {
        using var directory = Open(path);
        if (directory._descriptor >= 0 && NativeSync(directory._descriptor) != 0) throw Failure("fsync", path);
    }

    /// <summary>Takes the exclusive lock, which follows the directory through renames and is freed by <see cref="Dispose"/> or the process's end.</summary>
    /// <returns>False when another handle, here or in another process, holds it.</returns>
    public bool TryLock() => _descriptor < 0 || NativeLock(_descriptor, LockExclusive | LockNonBlocking) == 0;

    /// <inheritdoc cref="TryLock"/>
    /// <exception cref="IOException">Another handle holds the lock.</exception>
    public DirectoryHandle Locked()
    {
        if (TryLock()) return this;
        Dispose();
        throw new IOException($"{_path}: another process is writing here; wait for it or stop it");
    }

    public void Dispose()
    {
        if (_descriptor >= 0) _ = NativeClose(_descriptor);
        _descriptor = -1;
    }

    private static IOException Failure(string call, string path) =>
        new($"{path}: {call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int NativeLock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int NativeClose(int descriptor);
}
