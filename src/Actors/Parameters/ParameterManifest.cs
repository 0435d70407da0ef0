using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Networks;
using Google.Protobuf;

namespace ActorRlhf.Actors.Parameters;

/// <summary>
/// What the bytes of one version of the parameters are: how many, in what format, and the hash of every chunk. The hash is XxHash128: it runs at memory
/// speed where SHA-256 would take longer than the copy, and it is here against broken bytes. Against a hostile peer stand the cluster's token and TLS.
/// </summary>
public sealed record ParameterManifest
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = 16;

    /// <summary>The most chunks of a version, so that its announcement stays small beside a remoting frame.</summary>
    public const int MostChunks = 4096;

    private const int SmallestChunk = 1 << 20;

    private ParameterManifest(ParametersAvailable message)
    {
        (Run, Version, Format, Elements, Layout) = (message.Run, message.Version, message.Format, message.Elements, message.Layout);
        (ChunkSize, Hashes, Total) = (message.ChunkSize, message.Hashes, message.Total);
    }

    /// <summary>The run's identity.</summary>
    public string Run { get; }

    /// <summary>How many batches the parameters have learned from.</summary>
    public long Version { get; }

    /// <summary>How a value is written.</summary>
    public ParameterFormat Format { get; }

    /// <summary>Values, padding included.</summary>
    public long Elements { get; }

    /// <summary><see cref="LayoutOf"/> of the tensors.</summary>
    public ulong Layout { get; }

    /// <summary>Bytes in every chunk but the last, which may be shorter.</summary>
    public int ChunkSize { get; }

    /// <summary>The chunks' hashes, <see cref="HashSize"/> bytes each.</summary>
    public ByteString Hashes { get; }

    /// <summary>The hash of <see cref="Hashes"/>: whoever has checked every chunk has checked the whole.</summary>
    public ByteString Total { get; }

    /// <summary>Bytes in all.</summary>
    public long Bytes => Elements * BytesPerElement(Format);

    /// <summary>Number of chunks.</summary>
    public int Chunks => Hashes.Length / HashSize;

    /// <summary>Bytes of a value.</summary>
    public static int BytesPerElement(ParameterFormat format) => format == ParameterFormat.Bfloat16 ? 2 : 4;

    /// <summary>The chunk size of a version: 1 MiB, or more where those would be over <see cref="MostChunks"/>.</summary>
    public static int ChunkSizeFor(long bytes)
    {
        var size = SmallestChunk;
        while (bytes > (long)size * MostChunks) size = checked(size * 2);
        return size;
    }

    /// <summary>A hash of the tensors' names and shapes, in their order: two networks with the same one share a memory layout.</summary>
    public static ulong LayoutOf(IReadOnlyList<TensorShape> shapes) =>
        XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('\n', shapes.Select(shape => shape.ToString()))));

    /// <summary>Hashes a chunk.</summary>
    /// <param name="chunk">Its bytes.</param>
    /// <param name="hash">Where the <see cref="HashSize"/> bytes of the hash go.</param>
    public static void Hash(ReadOnlySpan<byte> chunk, Span<byte> hash) => BinaryPrimitives.WriteUInt128BigEndian(hash, XxHash128.HashToUInt128(chunk));

    /// <summary>Describes a version.</summary>
    /// <param name="run">The run's identity.</param>
    /// <param name="version">The version.</param>
    /// <param name="format">How a value is written.</param>
    /// <param name="elements">Values, padding included.</param>
    /// <param name="layout"><see cref="LayoutOf"/> of the tensors.</param>
    /// <param name="chunkSize">Bytes of a chunk.</param>
    /// <param name="hashes">The chunks' hashes, end to end.</param>
    public static ParameterManifest Of(string run, long version, ParameterFormat format, long elements, ulong layout, int chunkSize, ReadOnlySpan<byte> hashes) =>
        Read(new ParametersAvailable
        {
            Run = run,
            Version = version,
            Format = format,
            Elements = elements,
            Layout = layout,
            ChunkSize = chunkSize,
            Hashes = ByteString.CopyFrom(hashes),
            Total = TotalOf(hashes),
        });

    /// <summary>Reads an announcement.</summary>
    /// <exception cref="UserErrorException">It contradicts itself.</exception>
    public static ParameterManifest Read(ParametersAvailable message)
    {
        var flaw = Flaw(message);
        return flaw is null
            ? new ParameterManifest(message)
            : throw new UserErrorException($"the announcement of version {message.Version} of {message.Run} makes no sense: {flaw}; run the same program on every node");
    }

    /// <summary>Announces the version.</summary>
    /// <param name="sources">HTTP addresses: who published it, then those who fetch it and serve what they have.</param>
    public ParametersAvailable Announcement(IEnumerable<string> sources) => new()
    {
        Run = Run,
        Version = Version,
        Format = Format,
        Elements = Elements,
        Layout = Layout,
        ChunkSize = ChunkSize,
        Hashes = Hashes,
        Total = Total,
        Sources = { sources },
    };

    /// <summary>Where a chunk begins among the bytes.</summary>
    public long Offset(int chunk) => (long)chunk * ChunkSize;

    /// <summary>Bytes of a chunk.</summary>
    public int Length(int chunk) => (int)Math.Min(ChunkSize, Bytes - Offset(chunk));

    /// <summary>Whether bytes are those of a chunk.</summary>
    public bool IsChunk(int chunk, ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[HashSize];
        Hash(bytes, hash);
        return bytes.Length == Length(chunk) && hash.SequenceEqual(Hashes.Span.Slice(chunk * HashSize, HashSize));
    }

    /// <summary>Makes sure that a network takes these parameters.</summary>
    /// <exception cref="UserErrorException">Its tensors have other names or shapes.</exception>
    public void RequireLayout(IReadOnlyList<TensorShape> shapes)
    {
        if (LayoutOf(shapes) != Layout)
        {
            throw new UserErrorException(
                $"version {Version} of {Run} is of another network ({Elements} values with padding, layout {Layout:x16}) than this node's "
                + $"({shapes.Sum(shape => shape.Count)} parameters in {shapes.Count} tensors, layout {LayoutOf(shapes):x16}); "
                + "start this node with the learner's configuration");
        }
    }

    private static ByteString TotalOf(ReadOnlySpan<byte> hashes)
    {
        Span<byte> total = stackalloc byte[HashSize];
        Hash(hashes, total);
        return ByteString.CopyFrom(total);
    }

    private static string? Flaw(ParametersAvailable message)
    {
        if (message.Version < 0 || message.Elements < 1) return $"{message.Elements} values";
        if (!Enum.IsDefined(message.Format)) return $"format {(int)message.Format} is unknown";
        if (message.Elements > long.MaxValue / 4) return $"{message.Elements} values";
        var bytes = message.Elements * BytesPerElement(message.Format);
        if (message.ChunkSize < 4 || message.ChunkSize % 4 != 0) return $"chunks of {message.ChunkSize} bytes";
        var chunks = (bytes - 1) / message.ChunkSize + 1;
        if (chunks > MostChunks || message.Hashes.Length != chunks * HashSize)
            return $"{message.Hashes.Length} bytes of hashes for {chunks} chunks (at most {MostChunks})";
        return message.Total == TotalOf(message.Hashes.Span) ? null : "the total hash is not that of the chunks' hashes";
    }
}
