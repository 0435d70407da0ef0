using System.Numerics;

namespace ActorRlhf.Actors.Parameters;

/// <summary>Which chunks of a version somebody has: a bit each, chunk 0 in the lowest bit of the first byte.</summary>
public sealed class ChunkMap
{
    private readonly byte[] _bits;

    /// <summary>No chunk.</summary>
    /// <param name="chunks">How many there are.</param>
    public ChunkMap(int chunks) : this(chunks, new byte[(chunks + 7) / 8])
    {
    }

    private ChunkMap(int chunks, byte[] bits) => (Chunks, _bits) = (chunks, bits);

    /// <summary>How many chunks there are.</summary>
    public int Chunks { get; }

    /// <summary>How many of them somebody has.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no chunk is missing.</summary>
    public bool IsComplete => Count == Chunks;

    /// <summary>Whether a chunk is there.</summary>
    public bool this[int chunk] => (_bits[chunk >> 3] & 1 << (chunk & 7)) != 0;

    /// <summary>Reads a map that came over a wire; null where the bytes are no map of so many chunks.</summary>
    public static ChunkMap? TryParse(int chunks, ReadOnlySpan<byte> bits)
    {
        var map = new ChunkMap(chunks, bits.ToArray());
        if (bits.Length != (chunks + 7) / 8 || ((chunks & 7) != 0 && bits[^1] >> (chunks & 7) != 0)) return null;
        foreach (var part in bits) map.Count += int.PopCount(part);
        return map;
    }

    /// <summary>A chunk is there from now on.</summary>
    /// <returns>Whether it was not there before.</returns>
    public bool Add(int chunk)
    {
        if (this[chunk]) return false;
        _bits[chunk >> 3] |= (byte)(1 << (chunk & 7));
        Count++;
        return true;
    }

    /// <summary>The chunks that only one of two maps of the same version has.</summary>
    internal IEnumerable<int> Differences(ChunkMap other)
    {
        for (var part = 0; part < _bits.Length; part++)
        {
            for (var bits = _bits[part] ^ other._bits[part]; bits != 0; bits &= bits - 1) yield return (part << 3) + BitOperations.TrailingZeroCount(bits);
        }
    }

    /// <summary>The map as it goes over a wire.</summary>
    public byte[] ToBytes() => [.. _bits];
}
