namespace ActorRlhf.Model.Alarms;

/// <summary>How much an alarm asks for.</summary>
public enum AlarmLevel
{
    /// <summary>Somebody should look.</summary>
    Warn,

    /// <summary>Training stops and waits.</summary>
    Stop,
}

/// <summary>A metric is beyond a limit.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Level">Which limit: the one to warn at or the one to stop at.</param>
/// <param name="Value">What the metric is.</param>
/// <param name="Limit">The limit that it is beyond.</param>
/// <param name="Since">The first update of those in a row that were beyond it.</param>
/// <param name="Update">The last of them, counted from 1.</param>
/// <param name="IsAccepted">Whether an operator has said that training may go on with it.</param>
/// <param name="Message">What is wrong and what to do, in a sentence or two.</param>
/// <param name="History">What the metric was, the last one last.</param>
/// <param name="Samples">Episodes of the last batch that show it best, the worst first; none where no episode does.</param>
public sealed record Alarm(
    AlarmMetric Metric,
    AlarmLevel Level,
    double Value,
    double Limit,
    long Since,
    long Update,
    bool IsAccepted,
    string Message,
    IReadOnlyList<AlarmPoint> History,
    IReadOnlyList<AlarmSample> Samples)
{
    /// <summary>Whether training has to wait until somebody resumes it.</summary>
    public bool Stops => Level == AlarmLevel.Stop && !IsAccepted;
}

/// <summary>What a metric was at an update.</summary>
/// <param name="Update">The update, counted from 1.</param>
/// <param name="Value">The metric.</param>
public readonly record struct AlarmPoint(long Update, double Value);

/// <summary>An episode that shows what an alarm is about.</summary>
/// <param name="Episode">The episode.</param>
/// <param name="Response">Its response's tokens.</param>
/// <param name="Score">Its score.</param>
/// <param name="Kl">Its KL from the reference policy as sampled, nats.</param>
/// <param name="PolicyVersion">The policy that sampled it.</param>
public sealed record AlarmSample(long Episode, int[] Response, double Score, double Kl, long PolicyVersion);
