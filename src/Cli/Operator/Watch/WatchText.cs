using System.Globalization;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>A <see cref="WatchState"/> as a line, for where there is no terminal.</summary>
public static class WatchText
{
    /// <summary>What changes with every update, or when somebody should look: a line is worth writing when this is another.</summary>
    public static string Key(WatchState state) => string.Join(
        '|', state.Status?.Phase, state.Status?.Version, state.Status?.Reason, state.Trouble, string.Join(',', state.Alarms.Select(alarm => $"{alarm.Metric} {alarm.Stops}")),
        string.Join(',', state.Nodes.Select(node => $"{node.Name} {node.Status}")));

    /// <summary>The line.</summary>
    public static string Line(WatchState state)
    {
        var parts = new List<string>();
        if (state.Trouble is { } trouble) parts.Add($"no news: {trouble}");
        else if (state.Status is { } status)
        {
            parts.Add(status.Reason.Length > 0 ? $"{status.Phase}: {status.Reason}" : status.Phase ?? "no learner yet");
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"update {status.Version}/{status.Batches}"));
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{status.TrainedEpisodes:#,0}/{status.TotalEpisodes:#,0} episodes"));
            if (state.EpisodesPerSecond is { } rate) parts.Add($"{NumberText.Of(rate)} episodes/s");
            if (state.TimeLeft is { } left) parts.Add($"{ProgressText.FormatTime(left)} left");
            if (state.Metrics is [.., var last])
            {
                parts.AddRange(WatchState.Figures.Where(figure => last.Metrics.ContainsKey(figure.Metric))
                    .Select(figure => $"{figure.Label} {NumberText.Of(last.Metrics[figure.Metric])}"));
            }

            parts.AddRange(state.Alarms.Select(alarm => $"alarm {alarm.Metric}: {alarm.Message}"));
            if (state.Nodes.Count > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{state.Nodes.Count(node => node.Status == "up")} nodes up"));
            parts.AddRange(state.Nodes.Where(node => node.Status != "up").Select(node => $"{node.Name} {node.Status}"));
        }

        return PlainText.Line($"{state.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {string.Join(", ", parts)}");
    }
}
