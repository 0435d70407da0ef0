using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ActorRlhf.Model.Ppo;
using Google.Protobuf;

namespace ActorRlhf.Actors.Protocol;

/// <content>From and to <see cref="Trajectory"/>. The bytes stay as they are on their way through shards and journals.</content>
public sealed partial class ScoredEpisode
{
    private const int LongestToken = 5; // bytes of a varint of 32 bits

    /// <summary>A trajectory without its query.</summary>
    /// <exception cref="ArgumentException">It cannot be learned from.</exception>
    public static ScoredEpisode Of(Trajectory trajectory)
    {
        trajectory.Validate();
        return new ScoredEpisode
        {
            Episode = trajectory.EpisodeId,
            PolicyVersion = trajectory.PolicyVersion,
            Response = Varints(trajectory.Response),
            Behaviour = Bytes(trajectory.BehaviourLogProbabilities),
            Reference = Bytes(trajectory.ReferenceLogProbabilities),
            Score = trajectory.Score,
        };
    }

    /// <summary>The whole trajectory.</summary>
    /// <param name="query">Tokens of the episode's query.</param>
    /// <exception cref="FormatException">It has a flaw; never after <see cref="Flaw"/> found none.</exception>
    public Trajectory ToTrajectory(int[] query)
    {
        return new Trajectory(Episode, query, Tokens(Episode, Response), Floats(Behaviour), Floats(Reference), Score, PolicyVersion);
    }

    /// <summary>Says why it cannot be learned from; null when it can.</summary>
    /// <param name="vocabulary">How many tokens there are.</param>
    /// <param name="maxTokens">The longest response.</param>
    public string? Flaw(int vocabulary, int maxTokens)
    {
        var count = CountVarints(Response.Span);
        if (count == 0 || count > maxTokens) return $"a response has 1 to {maxTokens} tokens, not {count}";
        if (Behaviour.Length != count * sizeof(float) || Reference.Length != count * sizeof(float))
            return $"{count} tokens have {count * sizeof(float)} bytes of log-probabilities, not {Behaviour.Length} and {Reference.Length}";
        if (!TryRead(Response.Span, count <= 512 ? stackalloc int[count] : new int[count], vocabulary)) return $"a token is none of 0 to {vocabulary - 1}";
        return float.IsFinite(Score) && AreFinite(Behaviour.Span) && AreFinite(Reference.Span) ? null : "a number is not finite";
    }

    internal static int[] Tokens(long episode, ByteString response)
    {
        var tokens = new int[CountVarints(response.Span)];
        return TryRead(response.Span, tokens, int.MaxValue) ? tokens : throw new FormatException($"episode {episode} has no response that can be read");
    }

    internal static ByteString Varints(int[] tokens)
    {
        Span<byte> bytes = new byte[tokens.Length * LongestToken];
        var length = 0;
        foreach (var token in tokens)
        {
            var rest = (uint)token;
            for (; rest >= 0x80; rest >>= 7) bytes[length++] = (byte)(rest | 0x80);
            bytes[length++] = (byte)rest;
        }

        return ByteString.CopyFrom(bytes[..length]);
    }

    private static int CountVarints(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var b in bytes) count += (b >> 7) ^ 1;
        return count;
    }

    // False where there is not room for all, one is cut short, or one is not below the limit.
    private static bool TryRead(ReadOnlySpan<byte> bytes, Span<int> tokens, int limit)
    {
        var count = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var (value, shift) = (0UL, 0);
            byte part;
            do
            {
                if (at == bytes.Length || shift == 7 * LongestToken) return false;
                part = bytes[at++];
                value |= (ulong)(part & 0x7F) << shift;
                shift += 7;
            }
            while (part >= 0x80);
            if (value >= (ulong)limit || count == tokens.Length) return false;
            tokens[count++] = (int)value;
        }

        return count == tokens.Length;
    }

    internal static ByteString Bytes(float[] numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(float)];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static float[] Floats(ByteString bytes)
    {
        var numbers = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.Span[(i * sizeof(float))..]);
        return numbers;
    }

    // Infinities and NaNs are the floats whose exponent bits are all ones; on a big-endian machine the bytes are turned around.
    private static bool AreFinite(ReadOnlySpan<byte> bytes)
    {
        foreach (var bits in MemoryMarshal.Cast<byte, uint>(bytes))
        {
            if (((BitConverter.IsLittleEndian ? bits : BinaryPrimitives.ReverseEndianness(bits)) & 0x7F80_0000) == 0x7F80_0000) return false;
        }

        return true;
    }
}
