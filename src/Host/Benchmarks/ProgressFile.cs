using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>A number in a file that one process writes and another reads, as often as they like.</summary>
public sealed class ProgressFile : IDisposable
{
    private readonly SafeFileHandle _file;

    private ProgressFile(SafeFileHandle file) => _file = file;

    /// <summary>The number; 0 before the first.</summary>
    public long Value
    {
        get
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            return RandomAccess.Read(_file, bytes, 0) == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
        }

        set
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            RandomAccess.Write(_file, bytes, 0);
        }
    }

    /// <summary>Opens the file of a run's folder, or makes it.</summary>
    public static ProgressFile Open(string folder) =>
        new(File.OpenHandle(Path.Combine(folder, "trained"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
