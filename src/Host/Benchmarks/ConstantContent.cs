namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// What episodes of <see cref="ConstantWork"/> have in them: tokens from all over the vocabulary and log-probabilities whose bits are random, so that nothing
/// becomes smaller on its way. All of it follows from the seed and the episode (SplitMix64: Steele, Lea and Flood 2014).
/// </summary>
internal static class ConstantContent
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    /// <summary>An episode's response.</summary>
    public static int[] Tokens(long seed, long episode, int count, int vocabulary)
    {
        var (tokens, state) = (new int[count], State(seed, episode, 1));
        for (var i = 0; i < count; i++) tokens[i] = (int)((Next(ref state) >> 32) * (ulong)vocabulary >> 32);
        return tokens;
    }

    /// <summary>An episode's log-probabilities, from −2 to −1.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="episode">The episode.</param>
    /// <param name="count">How many.</param>
    /// <param name="kind">Which: those of one kind have nothing to do with those of another.</param>
    public static float[] LogProbabilities(long seed, long episode, int count, int kind)
    {
        var (values, state) = (new float[count], State(seed, episode, 1 + kind));
        for (var i = 0; i < count; i++) values[i] = BitConverter.UInt32BitsToSingle(0xBF80_0000 | (uint)(Next(ref state) >> 41));
        return values;
    }

    private static ulong State(long seed, long episode, int kind) => Mix((ulong)seed * Golden ^ (ulong)episode) + (ulong)kind * Golden * 0x1_0001;

    private static ulong Next(ref ulong state) => Mix(state += Golden);

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ bits >> 30) * 0xBF58_476D_1CE4_E5B9;
        bits = (bits ^ bits >> 27) * 0x94D0_49BB_1331_11EB;
        return bits ^ bits >> 31;
    }
}
