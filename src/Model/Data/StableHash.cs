using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActorRlhf.Model.Data;

/// <summary>Hashes that are the same in every process and release, for splits, orders and random streams keyed by name.</summary>
internal static class StableHash
{
    /// <summary>The first 64 bits of the text's SHA-256.</summary>
    public static ulong Of(string text) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>A uniform number in [0, 1) that depends on the text alone.</summary>
    public static double Unit(string text) => (Of(text) >> 11) * (1.0 / (1UL << 53));
}
