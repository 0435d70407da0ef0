namespace ActorRlhf.Model.Alarms;

/// <summary>What an <see cref="AlarmWatch"/> remembers between updates; a checkpoint holds it, so that batches that are trained on again raise the same alarms.</summary>
/// <param name="Start">What the run was like at its start.</param>
/// <param name="Score">The highest mean of scores in a row.</param>
/// <param name="Loss">The lowest median of losses in a row.</param>
/// <param name="GradientNorm">The lowest median of norms in a row.</param>
/// <param name="Traces">What each metric has been, in the order of <see cref="AlarmMetric"/>.</param>
/// <param name="Alarms">The alarms that there are after the last update, those that stop training first.</param>
public sealed record AlarmState(
    RunStart Start, Settled Score, Settled Loss, Settled GradientNorm, IReadOnlyList<AlarmTrace> Traces, IReadOnlyList<Alarm> Alarms)
{
    /// <summary>Where a run begins.</summary>
    public static AlarmState Empty { get; } = new(new RunStart(0, 0, 0, 0, 0), Settled.Nothing, Settled.Nothing, Settled.Nothing, [.. AlarmMetrics.All.Select(_ => AlarmTrace.Empty)], []);
}

/// <summary>Means over a run's first episodes.</summary>
/// <param name="Episodes">How many they are.</param>
/// <param name="Entropy">Entropy of the next token, nats a token.</param>
/// <param name="Length">Response length, tokens.</param>
/// <param name="Score">Score.</param>
/// <param name="SquaredScore">The score's square.</param>
public sealed record RunStart(long Episodes, double Entropy, double Length, double Score, double SquaredScore)
{
    /// <summary>Standard deviation of the scores.</summary>
    public double ScoreDeviation => Math.Sqrt(Math.Max(0, SquaredScore - Score * Score));

    /// <summary>With another batch among them.</summary>
    public RunStart With(long episodes, double entropy, double length, double score, double scoreDeviation)
    {
        var share = (double)episodes / (Episodes + episodes);
        return new RunStart(Episodes + episodes, Mix(Entropy, entropy), Mix(Length, length), Mix(Score, score), Mix(SquaredScore, score * score + scoreDeviation * scoreDeviation));

        double Mix(double before, double now) => before + (now - before) * share;
    }
}

/// <summary>The best that a number has been over several updates in a row, so that one lucky update does not set the mark.</summary>
/// <param name="Recent">The last updates' numbers.</param>
/// <param name="Mark">The best so far; null before there is one.</param>
public sealed record Settled(IReadOnlyList<double> Recent, double? Mark)
{
    private const int Updates = 5;

    /// <summary>Before the first update.</summary>
    public static Settled Nothing { get; } = new([], null);

    /// <summary>With another number; the mark is the highest mean of so many in a row.</summary>
    public Settled Highest(double number)
    {
        var recent = Next(number);
        return new Settled(recent, recent.Count == Updates ? Math.Max(Mark ?? double.NegativeInfinity, recent.Average()) : Mark);
    }

    /// <summary>With another number; the mark is the lowest median of so many in a row, or, at the beginning, of those that there are.</summary>
    public Settled Lowest(double number)
    {
        var recent = Next(number);
        double[] sorted = [.. recent.Order()];
        return new Settled(recent, Math.Min(Mark ?? double.PositiveInfinity, sorted[sorted.Length / 2]));
    }

    private List<double> Next(double number) => [.. Recent.TakeLast(Updates - 1), number];
}

/// <summary>What a metric has been.</summary>
/// <param name="History">The last updates' readings, the last one last.</param>
/// <param name="Warn">Updates in a row that were beyond the limit to warn at.</param>
/// <param name="Stop">Updates in a row that were beyond the limit to stop at.</param>
/// <param name="IsAccepted">Whether an operator has accepted that it is beyond the limit to stop at.</param>
public sealed record AlarmTrace(IReadOnlyList<AlarmPoint> History, AlarmStreak Warn, AlarmStreak Stop, bool IsAccepted)
{
    /// <summary>Before the first update.</summary>
    public static AlarmTrace Empty { get; } = new([], default, default, false);

    /// <summary>With another reading. One that is within the limit to stop at takes back that it was accepted beyond it.</summary>
    public AlarmTrace With(AlarmPoint reading, AlarmLimits limits) => new(
        double.IsFinite(reading.Value) ? [.. History.TakeLast(AlarmSettings.History - 1), reading] : History,
        Warn.With(reading.Update, limits.Beyond(AlarmLevel.Warn, reading.Value)),
        Stop.With(reading.Update, limits.Beyond(AlarmLevel.Stop, reading.Value)),
        IsAccepted && limits.Beyond(AlarmLevel.Stop, reading.Value) is not null);
}

/// <summary>Updates in a row that are beyond a limit.</summary>
/// <param name="Count">How many.</param>
/// <param name="Since">The first of them.</param>
/// <param name="Limit">The limit at the last of them.</param>
public readonly record struct AlarmStreak(int Count, long Since, double Limit)
{
    /// <summary>With another update, which is beyond a limit or, where that is null, within.</summary>
    public AlarmStreak With(long update, double? limit) => limit is { } beyond ? new(Count + 1, Count == 0 ? update : Since, beyond) : default;
}
