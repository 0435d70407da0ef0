using System.Numerics;

namespace ActorRlhf.Model;

/// <summary>
/// A small random number generator whose sequence is part of this project's format: the same seed and stream give the same numbers on
/// every platform and version, so that a run can be replayed. xoshiro256** (Blackman and Vigna 2018), seeded by SplitMix64.
/// </summary>
public sealed class RandomStream
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>A stream of its own for each pair of seed and stream number, such as (run seed, episode id).</summary>
    public RandomStream(long seed, long stream = 0)
    {
        var mixer = Mix((ulong)seed) ^ BitOperations.RotateLeft(Mix((ulong)stream + 0x9E3779B97F4A7C15), 17);
        _s0 = Mix(mixer += 0x9E3779B97F4A7C15);
        _s1 = Mix(mixer += 0x9E3779B97F4A7C15);
        _s2 = Mix(mixer += 0x9E3779B97F4A7C15);
        _s3 = Mix(mixer + 0x9E3779B97F4A7C15);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="exclusiveUpperBound"/> − 1 (Lemire 2019, without the rejection step: the bias is below 2⁻³²).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int NextInt(int exclusiveUpperBound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveUpperBound);
        return (int)(((UInt128)NextBits() * (ulong)exclusiveUpperBound) >> 64);
    }

    /// <summary>Standard normal (Box and Muller 1958; the second number of the pair is not kept).</summary>
    public double NextGaussian() =>
        Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Puts the items in a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>The numbers 0 … <paramref name="count"/> − 1 in a random order.</summary>
    public int[] Permutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>The generator's four words of state, for a checkpoint.</summary>
    public ulong[] Save() => [_s0, _s1, _s2, _s3];

    /// <summary>Goes on from a state that <see cref="Save"/> gave.</summary>
    /// <exception cref="ArgumentException">It is not four words.</exception>
    public void Restore(IReadOnlyList<ulong> state)
    {
        if (state.Count != 4)
            throw new ArgumentException($"a random state has 4 words, not {state.Count}", nameof(state));
        (_s0, _s1, _s2, _s3) = (state[0], state[1], state[2], state[3]);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
