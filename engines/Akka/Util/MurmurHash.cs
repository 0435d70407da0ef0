using System.Numerics;

namespace Akka.Util;

/// <summary>The hash by which Akka.NET gives entities to shards: Austin Appleby's MurmurHash3 in the variant of Scala 2.9's library.</summary>
public static class MurmurHash
{
    /// <summary>The hash of a text, two of its UTF-16 units at a time.</summary>
    public static int StringHash(string s)
    {
        unchecked
        {
            var hash = ((uint)s.Length * 0x0331DF49) ^ 0x971E137B;
            uint a = 0x95543787, b = 0x2AD7EB25;
            for (var i = 0; i < s.Length; i += 2)
            {
                var unit = i + 1 < s.Length ? ((uint)s[i] << 16) + s[i + 1] : s[i];
                hash = ((hash ^ (BitOperations.RotateLeft(unit * a, 11) * b)) * 3) + 0x52DCE729;
                (a, b) = ((a * 5) + 0x7B7D159C, (b * 5) + 0x6BCE6396);
            }

            return (int)Mix(hash);
        }
    }

    /// <summary>Spreads a number's bits over the whole of it.</summary>
    internal static uint Mix(uint hash)
    {
        hash ^= hash >> 16;
        hash *= 0x85EBCA6B;
        hash ^= hash >> 13;
        hash *= 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
