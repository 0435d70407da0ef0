namespace ActorRlhf.Host.Reports;

/// <summary>What a series goes through before it is drawn: split at gaps, smoothed, thinned to what the eye can see.</summary>
public static class SeriesShape
{
    /// <summary>The stretches of a series between its gaps, none of them empty.</summary>
    /// <param name="points">The series; a point that cannot be drawn is a gap.</param>
    public static IReadOnlyList<IReadOnlyList<PlotPoint>> Stretches(IReadOnlyList<PlotPoint> points)
    {
        var stretches = new List<IReadOnlyList<PlotPoint>>();
        var current = new List<PlotPoint>();
        foreach (var point in points)
        {
            if (point.IsDrawable)
            {
                current.Add(point);
            }
            else if (current.Count > 0)
            {
                stretches.Add(current);
                current = [];
            }
        }

        if (current.Count > 0)
            stretches.Add(current);
        return stretches;
    }

    /// <summary>
    /// A stretch under a Gaussian window whose deviation is a fortieth of its length; at the ends the window keeps to the points there are.
    /// Intervals are dropped: they belong to the raw points.
    /// </summary>
    /// <param name="stretch">Drawable points.</param>
    public static IReadOnlyList<PlotPoint> Smooth(IReadOnlyList<PlotPoint> stretch)
    {
        var deviation = Math.Max(1, stretch.Count / 40.0);
        var reach = (int)Math.Ceiling(3 * deviation);
        var smooth = new PlotPoint[stretch.Count];
        for (var i = 0; i < stretch.Count; i++)
        {
            var sum = 0.0;
            var weights = 0.0;
            for (var j = Math.Max(0, i - reach); j <= Math.Min(stretch.Count - 1, i + reach); j++)
            {
                var weight = Math.Exp(-0.5 * (i - j) * (i - j) / (deviation * deviation));
                sum += weight * stretch[j].Y;
                weights += weight;
            }

            smooth[i] = new PlotPoint(stretch[i].X, sum / weights);
        }

        return smooth;
    }

    /// <summary>
    /// A stretch with at most about <paramref name="limit"/> points: of each run of neighbours the lowest and the highest stay, so that no spike is lost.
    /// The first and the last point stay as well.
    /// </summary>
    /// <param name="stretch">Drawable points.</param>
    /// <param name="limit">How many points are enough; at least 4.</param>
    public static IReadOnlyList<PlotPoint> Thin(IReadOnlyList<PlotPoint> stretch, int limit)
    {
        if (stretch.Count <= limit)
            return stretch;

        var thin = new List<PlotPoint> { stretch[0] };
        var runs = (limit - 2) / 2;
        var inner = stretch.Count - 2;
        for (var run = 0; run < runs; run++)
        {
            var start = 1 + (int)((long)inner * run / runs);
            var end = 1 + (int)((long)inner * (run + 1) / runs);
            var (low, high) = (start, start);
            for (var i = start; i < end; i++)
            {
                if (stretch[i].Y < stretch[low].Y)
                    low = i;
                if (stretch[i].Y > stretch[high].Y)
                    high = i;
            }

            thin.Add(stretch[Math.Min(low, high)]);
            if (low != high)
                thin.Add(stretch[Math.Max(low, high)]);
        }

        thin.Add(stretch[^1]);
        return thin;
    }

    /// <summary>About <paramref name="count"/> points spread evenly over a stretch, its ends among them.</summary>
    public static IEnumerable<PlotPoint> Spread(IReadOnlyList<PlotPoint> stretch, int count)
    {
        if (stretch.Count <= count)
            return stretch;
        return Enumerable.Range(0, count).Select(i => stretch[(int)((long)i * (stretch.Count - 1) / (count - 1))]);
    }
}
