namespace ActorRlhf.Model.Ppo;

/// <summary>Mean and population variance (divided by the count, not by one less).</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Variance">The population variance.</param>
public readonly record struct Moments(double Mean, double Variance)
{
    /// <summary>What whitening adds to the variance, so that equal numbers do not divide by zero.</summary>
    private const double Epsilon = 1e-8;

    /// <summary>Moments of all numbers of all rows, each number weighing the same. No numbers have mean and variance 0.</summary>
    public static Moments Of(IEnumerable<float[]> rows)
    {
        long count = 0;
        double mean = 0, squares = 0;
        foreach (float[] row in rows)
            foreach (float number in row)
            {
                count++;
                double difference = number - mean;
                mean += difference / count;
                squares += difference * (number - mean);
            }

        return count == 0 ? default : new Moments(mean, squares / count);
    }

    /// <summary>
    /// Whitens every number of every row by the moments of all of them together: (x − mean) / √(variance + 1e-8), and adds the mean again
    /// when <paramref name="shiftMean"/> is false. From Ziegler et al. 2019's published code; there the tokens of a minibatch share
    /// moments, here those of the whole batch, which is the same with their one minibatch and does not depend on the shuffling with more.
    /// </summary>
    /// <param name="rows">Ragged rows; only real tokens are in them.</param>
    /// <param name="shiftMean">Whether the result has mean 0; otherwise it keeps its mean.</param>
    public static float[][] Whiten(IReadOnlyList<float[]> rows, bool shiftMean)
    {
        (double mean, double variance) = Of(rows);
        double scale = 1 / Math.Sqrt(variance + Epsilon), offset = shiftMean ? 0 : mean;
        return [.. rows.Select(row => Array.ConvertAll(row, x => (float)((x - mean) * scale + offset)))];
    }
}
