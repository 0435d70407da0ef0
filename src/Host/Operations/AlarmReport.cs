using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Host.Operations;

/// <summary>A metric beyond a limit after the last update: one of <c>GET /api/alarms</c>, those that stop training first.</summary>
public sealed record AlarmReport
{
    /// <summary>The metric's name in a configuration, such as <c>gradient-norm</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Whether it is the limit to stop at; otherwise the one to warn at.</summary>
    public required bool IsStop { get; init; }

    /// <summary>Whether an operator has said that training may go on with it.</summary>
    public required bool IsAccepted { get; init; }

    /// <summary>Whether training waits because of it.</summary>
    public bool Stops => IsStop && !IsAccepted;

    /// <summary>What the metric is.</summary>
    public required double Value { get; init; }

    /// <summary>The limit that it is beyond.</summary>
    public required double Limit { get; init; }

    /// <summary>The first update of those in a row that were beyond it, counted from 1.</summary>
    public required long Since { get; init; }

    /// <summary>The last of them.</summary>
    public required long Update { get; init; }

    /// <summary>What is wrong and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>What the metric was, the last one last.</summary>
    public IReadOnlyList<AlarmReading> History { get; init; } = [];

    /// <summary>Episodes that show it, the worst first.</summary>
    public IReadOnlyList<AlarmEpisode> Samples { get; init; } = [];

    /// <summary>The report of what the learner says.</summary>
    /// <param name="alarm">What it says.</param>
    /// <param name="text">A response's text.</param>
    public static AlarmReport Of(RaisedAlarm alarm, Func<int[], string> text) => new()
    {
        Metric = alarm.Metric,
        IsStop = alarm.IsStop,
        IsAccepted = alarm.IsAccepted,
        Value = alarm.Value,
        Limit = alarm.Limit,
        Since = alarm.Since,
        Update = alarm.Update,
        Message = alarm.Message,
        History = [.. alarm.History.Select(point => new AlarmReading(point.Update, point.Value))],
        Samples = [.. alarm.Samples.Select(sample => new AlarmEpisode(sample.Episode, text([.. sample.Response]), sample.Score, sample.Kl, sample.PolicyVersion))],
    };
}

/// <summary>What a metric was at an update.</summary>
/// <param name="Update">The update, counted from 1.</param>
/// <param name="Value">The metric.</param>
public sealed record AlarmReading(long Update, double Value);

/// <summary>An episode that shows what an alarm is about.</summary>
/// <param name="Episode">The episode.</param>
/// <param name="Summary">Its summary.</param>
/// <param name="Score">Its score.</param>
/// <param name="Kl">Its KL from the reference policy as sampled, nats.</param>
/// <param name="Version">The policy that sampled it.</param>
public sealed record AlarmEpisode(long Episode, string Summary, double Score, double Kl, long Version);
