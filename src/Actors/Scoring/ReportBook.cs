using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Scoring;

/// <summary>
/// Scored episodes that shards have neither journaled nor refused for good. What a shard is not ready for, or does not answer, is reported
/// again, each time after twice the time, up to 32 times the first.
/// </summary>
/// <typeparam name="TSource">Where an episode comes from.</typeparam>
/// <param name="plan">Which shard an episode is on.</param>
/// <param name="retry">The time before the first repetition.</param>
/// <param name="firstReport">The first report's number; answers to numbers that were never given out are ignored.</param>
public sealed class ReportBook<TSource>(EpisodePlan plan, TimeSpan retry, long firstReport = 1)
{
    private const int MostDoublings = 5;

    private readonly Dictionary<long, Entry> _reports = [];
    private long _next = firstReport;

    /// <summary>Episodes without a final answer.</summary>
    public int Count { get; private set; }

    /// <summary>Puts episodes into reports, one for each shard; of an episode that is there twice, from two rollouts, each result is in a report of its own.</summary>
    /// <param name="scored">The episodes.</param>
    /// <param name="now">The time on a clock that never jumps.</param>
    public IReadOnlyList<EpisodesReported> Report(IEnumerable<(ScoredEpisode Episode, TSource Source)> scored, TimeSpan now)
    {
        var reports = new List<EpisodesReported>();
        var seen = new Dictionary<long, int>();
        foreach (var group in scored.GroupBy(item => (Shard: plan.ShardOf(item.Episode.Episode), Copy: Copy(item.Episode.Episode))))
        {
            var items = group.ToList();
            var report = new EpisodesReported { Run = plan.Run, Shard = group.Key.Shard, Report = _next, Episodes = { items.Select(item => item.Episode) } };
            _reports.Add(_next++, new Entry(report, items, 0, now + retry));
            Count += items.Count;
            reports.Add(report);
        }

        return reports;

        int Copy(long episode) => seen[episode] = seen.GetValueOrDefault(episode) + 1;
    }

    /// <summary>A shard has answered.</summary>
    /// <returns>The episodes that need not be kept, each with why it was refused; null where it was journaled.</returns>
    public IReadOnlyList<(long Episode, TSource Source, RefusalReason? Refusal)> Answer(ReportAnswered answered, TimeSpan now)
    {
        if (answered.Run != plan.Run || !_reports.TryGetValue(answered.Report, out var entry) || entry.Report.Shard != answered.Shard) return [];
        _reports.Remove(answered.Report);
        var refused = new Dictionary<long, RefusalReason?>();
        foreach (var refusal in answered.Refusals) refused[refusal.Episode] = refusal.Reason;
        var again = entry.Items.Where(IsEarly).ToList();
        if (again.Count > 0)
        {
            var report = new EpisodesReported { Run = plan.Run, Shard = answered.Shard, Report = _next, Episodes = { again.Select(item => item.Episode) } };
            _reports.Add(_next++, new Entry(report, again, entry.Repetitions + 1, now + Delay(entry.Repetitions)));
        }

        Count -= entry.Items.Count - again.Count;
        return [.. entry.Items.Where(item => !IsEarly(item)).Select(item => (item.Episode.Episode, item.Source, refused.GetValueOrDefault(item.Episode.Episode)))];

        bool IsEarly((ScoredEpisode Episode, TSource Source) item) =>
            refused.GetValueOrDefault(item.Episode.Episode) is RefusalReason.Ahead or RefusalReason.Busy;
    }

    /// <summary>The reports to send again now.</summary>
    public IReadOnlyList<EpisodesReported> Due(TimeSpan now)
    {
        var due = _reports.Values.Where(entry => entry.Due <= now).ToList();
        foreach (var entry in due)
            _reports[entry.Report.Report] = entry with { Repetitions = entry.Repetitions + 1, Due = now + Delay(entry.Repetitions + 1) };
        return [.. due.Select(entry => entry.Report)];
    }

    private TimeSpan Delay(int repetitions) => retry * (1 << Math.Min(repetitions, MostDoublings));

    private sealed record Entry(EpisodesReported Report, List<(ScoredEpisode Episode, TSource Source)> Items, int Repetitions, TimeSpan Due);
}
