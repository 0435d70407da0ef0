using ActorRlhf.Model.Generation.Kernels;

namespace ActorRlhf.Model.Generation;

/// <summary>A drawn token.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">
/// log π(token), in nats, under softmax(logits / temperature) over the whole vocabulary: the policy that PPO's ratio and KL are taken of.
/// Top-k, top-p and greedy choose among tokens but do not change it.
/// </param>
public readonly record struct SampledToken(int Token, float LogProbability);

/// <summary>
/// Draws next tokens. Filters come in the order of the usual libraries: temperature, then top-k, then top-p of what top-k left.
/// A draw takes exactly one number of its stream. Holds scratch for one row at a time: one sampler a thread.
/// </summary>
public sealed class Sampler
{
    /// <summary>Tokens whose weights are added up before a draw is looked for among them.</summary>
    private const int Stretch = 256;

    private readonly SamplingSettings _settings;
    private readonly float[] _weights;
    private readonly ulong[] _keys;
    private readonly double[] _sums;
    private readonly float _scale;

    /// <summary>A sampler for rows of <paramref name="vocabularySize"/> logits.</summary>
    public Sampler(SamplingSettings settings, int vocabularySize)
    {
        _settings = settings;
        _scale = (float)(1 / settings.Temperature);
        _weights = new float[vocabularySize];
        _sums = new double[(vocabularySize + Stretch - 1) / Stretch];
        var filtered = !settings.Greedy && (settings.TopK > 0 || settings.TopP < 1);
        _keys = new ulong[filtered ? vocabularySize : 0];
    }

    /// <summary>Draws a token.</summary>
    /// <param name="logits">One a token, finite or −∞.</param>
    /// <param name="random">The episode's own stream.</param>
    /// <exception cref="ArithmeticException">A logit is NaN or +∞, or all are −∞; the message names the token.</exception>
    public SampledToken Sample(ReadOnlySpan<float> logits, RandomStream random)
    {
        var uniform = random.NextDouble();
        var (maximum, total) = Weigh(logits);
        var token = _settings.Greedy ? logits.IndexOf(maximum)
            : _keys.Length > 0 ? DrawFiltered(logits, uniform, total)
            : Draw(logits, uniform * total);
        return new SampledToken(token, LogProbability(logits[token], maximum, total));
    }

    /// <summary>log softmax(logits / temperature) of one token, in nats, as <see cref="SampledToken.LogProbability"/> has it.</summary>
    /// <inheritdoc cref="Sample" path="/exception"/>
    public float LogProbability(ReadOnlySpan<float> logits, int token)
    {
        var (maximum, total) = Weigh(logits);
        return LogProbability(logits[token], maximum, total);
    }

    private float LogProbability(float logit, float maximum, double total) => (float)(((logit - maximum) * _scale) - Math.Log(total));

    /// <summary>Each token's weight e^((logit − maximum) / temperature), their sums by stretches, and the sum of all.</summary>
    private (float Maximum, double Total) Weigh(ReadOnlySpan<float> logits)
    {
        if (logits.Length != _weights.Length)
            throw new ArgumentException($"{logits.Length} logits for a vocabulary of {_weights.Length}", nameof(logits));
        var maximum = VectorMath.Maximum(logits);
        var total = 0.0;
        for (var i = 0; i < _sums.Length; i++)
        {
            var start = i * Stretch;
            var length = Math.Min(Stretch, logits.Length - start);
            _sums[i] = VectorMath.ExpSum(logits.Slice(start, length), _weights.AsSpan(start, length), maximum, _scale);
            total += _sums[i];
        }

        // A NaN or an infinity among the logits comes out in one of the two.
        return float.IsFinite(maximum) && double.IsFinite(total) ? (maximum, total) : throw NotFinite(logits);
    }

    /// <summary>
    /// The token at which the weights, added up by id, pass <paramref name="rest"/>: first by stretches, then token by token.
    /// </summary>
    private int Draw(ReadOnlySpan<float> logits, double rest)
    {
        var stretch = 0;
        while (stretch < _sums.Length - 1 && rest >= _sums[stretch]) rest -= _sums[stretch++];
        for (var token = stretch * Stretch; token < _weights.Length; token++)
        {
            rest -= _weights[token];
            // The smallest weight is not quite zero, but what is impossible must not be drawn.
            if (rest < 0 && !float.IsNegativeInfinity(logits[token])) return token;
        }

        // Rounding left a crumb beyond the last token.
        var last = logits.Length - 1;
        while (float.IsNegativeInfinity(logits[last])) last--;
        return last;
    }

    /// <summary>Draws among the likeliest, laid out by falling probability.</summary>
    private int DrawFiltered(ReadOnlySpan<float> logits, double uniform, double total)
    {
        var byRank = _settings.TopK > 0 && _settings.TopK < logits.Length;
        // Tokens lighter than this add up to less than 1 − topP of the whole, so none of them is needed to reach topP. Top-k makes the
        // whole smaller, so there the bound does not hold.
        var lightest = byRank ? 0 : (float)((1 - _settings.TopP) * total / logits.Length * 0.999);
        var count = 0;
        for (var token = 0; token < _weights.Length; token++)
        {
            if (_weights[token] < lightest || float.IsNegativeInfinity(logits[token])) continue;
            // In the order of falling logits, then of rising ids.
            _keys[count++] = ((ulong)~Ascending(logits[token]) << 32) | (uint)token;
        }

        var likeliest = _keys.AsSpan(0, count);
        if (byRank && _settings.TopK < count)
        {
            TakeSmallest(likeliest, _settings.TopK);
            likeliest = likeliest[.._settings.TopK];
        }

        likeliest.Sort();
        if (byRank)
        {
            total = 0;
            foreach (var key in likeliest) total += Weight(key);
        }

        var enough = _settings.TopP < 1 ? _settings.TopP * total : double.PositiveInfinity;
        var sum = 0.0;
        var size = 0;
        while (size < likeliest.Length && (size == 0 || sum < enough)) sum += Weight(likeliest[size++]);

        var rest = uniform * sum;
        foreach (var key in likeliest[..size])
        {
            rest -= Weight(key);
            if (rest < 0) return Token(key);
        }

        return Token(likeliest[size - 1]);
    }

    private float Weight(ulong key) => _weights[Token(key)];

    private static int Token(ulong key) => (int)(uint)key;

    /// <summary>Puts the <paramref name="count"/> smallest keys first, in any order (Hoare's selection).</summary>
    private static void TakeSmallest(Span<ulong> keys, int count)
    {
        while (keys.Length > 1 && count > 0 && count < keys.Length)
        {
            var pivot = keys[keys.Length / 2];
            int low = 0, high = keys.Length - 1;
            while (low <= high)
            {
                while (keys[low] < pivot) low++;
                while (keys[high] > pivot) high--;
                if (low > high) break;
                (keys[low], keys[high]) = (keys[high], keys[low]);
                low++;
                high--;
            }

            if (count <= high + 1)
            {
                keys = keys[..(high + 1)];
            }
            else if (count > low)
            {
                keys = keys[low..];
                count -= low;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>A float's bits as an integer of the same order.</summary>
    private static uint Ascending(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }

    private static ArithmeticException NotFinite(ReadOnlySpan<float> logits)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            if (!float.IsNaN(logits[token]) && !float.IsPositiveInfinity(logits[token])) continue;
            var value = float.IsNaN(logits[token]) ? "NaN" : "infinite";
            return new ArithmeticException(
                $"the logit of token {token} is {value}: the policy's weights have diverged or its checkpoint is damaged; "
                + "go back to an earlier one");
        }

        return new ArithmeticException("every logit is -infinity: no token can be drawn");
    }
}
