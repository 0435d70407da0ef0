using System.Buffers.Binary;

namespace ActorRlhf.Host.Chaos;

/// <summary>What became of a response, as its rollout was told.</summary>
public enum Fate
{
    /// <summary>No entry.</summary>
    None = 0,

    /// <summary>Nobody has said.</summary>
    Unsettled = 1,

    /// <summary>Its shard has journaled it.</summary>
    Journaled = 2,

    /// <summary>It was refused; the reason's number is added to this.</summary>
    Refused = 16,
}

/// <summary>A response that a process has generated.</summary>
/// <param name="Episode">Its episode.</param>
/// <param name="Digest">Its <see cref="ResponseDigest"/>.</param>
/// <param name="Fate">What became of it.</param>
public sealed record CompletionEntry(long Episode, ulong Digest, Fate Fate);

/// <summary>What a <see cref="CompletionLog"/> has left.</summary>
/// <param name="Name">The file's name: node, process, time.</param>
/// <param name="HasEnded">Whether the process ended in good order.</param>
/// <param name="Strays">Outcomes that it was told of responses that it never generated.</param>
/// <param name="Entries">What it generated, in order.</param>
public sealed record CompletionFile(string Name, bool HasEnded, int Strays, IReadOnlyList<CompletionEntry> Entries)
{
    /// <summary>Reads the files of a folder.</summary>
    public static IReadOnlyList<CompletionFile> ReadAll(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(Read)] : [];

    /// <summary>Reads a file.</summary>
    public static CompletionFile Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length == 0) return new CompletionFile(Path.GetFileName(path), HasEnded: false, 0, []); // its process was killed as it made the file
        Span<byte> header = stackalloc byte[CompletionLog.Header], entry = stackalloc byte[CompletionLog.Entry];
        file.ReadExactly(header);
        var entries = new List<CompletionEntry>();
        while (file.ReadAtLeast(entry, entry.Length, throwOnEndOfStream: false) == entry.Length && BinaryPrimitives.ReadInt32LittleEndian(entry) is var fate and not (int)Fate.None)
        {
            entries.Add(new CompletionEntry(
                BinaryPrimitives.ReadInt64LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]), (Fate)fate));
        }

        return new CompletionFile(
            Path.GetFileName(path), BinaryPrimitives.ReadInt32LittleEndian(header) != 0, BinaryPrimitives.ReadInt32LittleEndian(header[4..]), entries);
    }
}
