using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Alarms;

/// <summary>
/// Says after every update which metrics are beyond their limits. What it says follows from the settings, the updates and what was accepted between them: from the state of a checkpoint the
/// same updates give the same alarms.
/// </summary>
/// <param name="settings">The limits.</param>
/// <param name="endOfText">The token that ends a response.</param>
/// <param name="audit">Scores a few episodes again; null where nobody does.</param>
public sealed class AlarmWatch(AlarmSettings settings, int endOfText, ScoreAudit? audit = null)
{
    private const int Samples = 4;

    /// <summary>The limits, from the next update on.</summary>
    public AlarmSettings Settings { get; set; } = settings;

    /// <summary>What it remembers; to be set when training goes on from a checkpoint.</summary>
    public AlarmState State { get; set; } = AlarmState.Empty;

    /// <summary>Looks at an update.</summary>
    /// <param name="statistics">What it measured.</param>
    /// <param name="batch">What it learned from.</param>
    /// <returns>The alarms that there are now, those that stop training first; as in <see cref="State"/>.</returns>
    public IReadOnlyList<Alarm> Observe(PpoStatistics statistics, IReadOnlyList<Trajectory> batch)
    {
        var before = State;
        AlarmTrace[] traces = [.. before.Traces];
        foreach (var (metric, value) in AlarmReadings.Of(statistics, batch, before, Settings.StartEpisodes, endOfText, audit))
            traces[(int)metric] = traces[(int)metric].With(new AlarmPoint(statistics.Update, value), Settings[metric]);
        var isStart = before.Start.Episodes < Settings.StartEpisodes;
        var raised = AlarmMetrics.All.Select(metric => Raise(metric, traces[(int)metric], batch)).OfType<Alarm>();
        Alarm[] alarms = [.. raised.OrderByDescending(alarm => alarm.Stops).ThenByDescending(alarm => alarm.Level)];
        State = new AlarmState(
            isStart
                ? before.Start.With(batch.Count, statistics.Entropy, statistics.ResponseLength, statistics.Score, statistics.ScoreDeviation)
                : before.Start,
            before.Score.Highest(statistics.Score),
            before.Loss.Lowest(Math.Abs(statistics.TotalLoss)),
            before.GradientNorm.Lowest(statistics.GradientNorm),
            traces,
            alarms);
        return alarms;
    }

    /// <summary>The alarm of an update that could not be taken. It leaves no trace: training goes on from a checkpoint, and meets it again or does not.</summary>
    /// <param name="diverged">What was not finite.</param>
    /// <param name="update">The update, counted from 1.</param>
    public Alarm Observe(TrainingDivergedException diverged, long update) =>
        new(AlarmMetric.Nan, AlarmLevel.Stop, 1, 0, update, update, IsAccepted: false, diverged.Message, State.Traces[(int)AlarmMetric.Nan].History, []);

    /// <summary>Lets training go on though a metric is beyond the limit to stop at, if only since the last update, until it was within it once.</summary>
    /// <returns>Whether it was beyond; otherwise there is nothing to accept.</returns>
    public bool Accept(AlarmMetric metric)
    {
        var trace = State.Traces[(int)metric];
        if (trace.Stop.Count == 0) return false;
        AlarmTrace[] traces = [.. State.Traces];
        traces[(int)metric] = trace with { IsAccepted = true };
        State = State with { Traces = traces };
        return true;
    }

    private Alarm? Raise(AlarmMetric metric, AlarmTrace trace, IReadOnlyList<Trajectory> batch)
    {
        var updates = Settings[metric].Updates;
        var (level, streak) = trace.Stop.Count >= updates ? (AlarmLevel.Stop, trace.Stop) : (AlarmLevel.Warn, trace.Warn);
        if (streak.Count < updates) return null;
        var last = trace.History[^1];
        return new Alarm(
            metric, level, last.Value, streak.Limit, streak.Since, last.Update, trace.IsAccepted && level == AlarmLevel.Stop,
            AlarmText.Of(metric, last.Value, streak.Limit, streak.Since), trace.History, AlarmSamples.Worst(metric, last.Value < streak.Limit, batch, endOfText, Samples));
    }
}
