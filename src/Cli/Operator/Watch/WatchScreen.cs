using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>Draws a <see cref="WatchState"/>: as many lines as the terminal has, none wider than it is.</summary>
public static class WatchScreen
{
    private const int LabelWidth = 14;
    private const int NumberWidth = 8;
    private const int RangeWidth = 20;
    private const int MostAlarms = 3;
    private const int SampleLines = 4;
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(10);

    /// <summary>The screen.</summary>
    /// <param name="state">What it shows.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">Rows of the terminal.</param>
    public static IReadOnlyList<ScreenLine> Render(WatchState state, int width, int height)
    {
        List<ScreenLine> lines = [Heading(state, width), Progress(state, width), Facts(state), .. Warnings(state, width)];
        var room = height - 1 - lines.Count;
        if (room > WatchState.Figures.Count) lines.AddRange([new ScreenLine(), .. WatchState.Figures.Select(curve => Curve(state, curve.Label, curve.Metric, width))]);
        room = height - 1 - lines.Count;
        var (nodes, samples) = (2 + state.Nodes.Count, state.Samples.Count == 0 ? 0 : 2 + (SampleLines * state.Samples.Count));
        var share = Math.Min(nodes, Math.Max(room / 2, room - samples));
        lines.AddRange(Nodes(state, share));
        lines.AddRange(Samples(state, height - 1 - lines.Count));
        while (lines.Count < height - 1) lines.Add(new ScreenLine());
        return [.. lines.Take(height - 1).Append(Foot(state, width)).Select(line => line.Within(width))];
    }

    private static ScreenLine Heading(WatchState state, int width)
    {
        var time = state.Now.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        var line = new ScreenLine().Add("rlhf watch", Tone.Strong).Add($"  {state.Status?.Run}").Add($"  {state.Address}", Tone.Faint);
        return line.Width + time.Length < width ? line.To(width - time.Length).Add(time, Tone.Faint) : line;
    }

    private static ScreenLine Progress(WatchState state, int width)
    {
        if (state.Status is not { } status) return new ScreenLine().Add("waiting for the first answer ...", Tone.Faint);
        var phase = status.Phase ?? "no learner yet";
        var share = status.TotalEpisodes > 0 ? (double)status.TrainedEpisodes / status.TotalEpisodes : 0;
        var words = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100),3:0}%  {status.TrainedEpisodes:#,0}/{status.TotalEpisodes:#,0} episodes");
        if (state.TimeLeft is { } left) words += $"  {ProgressText.FormatTime(left)} left";
        var (said, tone) = state.Trouble is null ? (phase, ToneOf(status.Phase)) : ($"was {phase}", Tone.Warning);
        var line = new ScreenLine().Fill(said, LabelWidth, tone);
        var bar = width - line.Width - words.Length - 1;
        if (bar >= 4)
        {
            var full = (int)(share * bar);
            line.Add(new string('█', full), Tone.Figure).Add(new string('░', bar - full), Tone.Faint).Add(" ");
        }

        return line.Add(words);
    }

    private static ScreenLine Facts(WatchState state)
    {
        var line = new ScreenLine();
        if (state.Status is not { } status) return line;
        var facts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"update {status.Version:#,0}/{status.Batches:#,0}"),
            string.Create(CultureInfo.InvariantCulture, $"checkpoint {status.CheckpointVersion:#,0}")
                + (state.Cluster?.Learner?.CheckpointAgeSeconds is { } age ? $" ({ProgressText.FormatTime(TimeSpan.FromSeconds(age))} ago)" : ""),
        };
        if (state.EpisodesPerSecond is { } rate) facts.Add($"{NumberText.Of(rate)} episodes/s");
        if (Last(state, "objective/kl_coef") is { } coefficient) facts.Add($"KL coefficient {NumberText.Of(coefficient)}");
        return line.Add(string.Join("  ", facts), Tone.Faint);
    }

    private static IEnumerable<ScreenLine> Warnings(WatchState state, int width)
    {
        if (state.Trouble is { } trouble) yield return Warning("no news", trouble, Tone.Bad);
        if (state.Status is { Reason.Length: > 0 } status) yield return Warning(status.Phase ?? "", status.Reason, ToneOf(status.Phase));
        foreach (var alarm in state.Alarms.OrderByDescending(alarm => alarm.Stops).Take(MostAlarms))
            yield return Warning($"alarm {alarm.Metric}{(alarm.IsAccepted ? " (accepted)" : "")}", alarm.Message, alarm.Stops ? Tone.Bad : Tone.Warning);
        if (state.Alarms.Count > MostAlarms)
            yield return new ScreenLine().Add(string.Create(CultureInfo.InvariantCulture, $"and {state.Alarms.Count - MostAlarms} more alarms"), Tone.Warning);

        ScreenLine Warning(string what, string why, Tone tone)
        {
            var line = new ScreenLine().Add(what, tone).Add(": ", tone);
            return line.Add(ScreenLine.Cut(why, Math.Max(0, width - line.Width)), tone);
        }
    }

    private static ScreenLine Curve(WatchState state, string label, string metric, int width)
    {
        var values = state.Metrics.Where(record => record.Metrics.ContainsKey(metric)).Select(record => record.Metrics[metric]).ToList();
        var line = new ScreenLine().Fill(label, LabelWidth);
        if (values.Count == 0) return line.Fill("-", NumberWidth, Tone.Faint, isRight: true);
        line.Fill(NumberText.Of(values[^1]), NumberWidth, double.IsFinite(values[^1]) ? Tone.Strong : Tone.Bad, isRight: true).Add("  ");
        var room = width - line.Width - RangeWidth - 2;
        if (room >= 8) line.Add(Sparkline.Of(values, room), Tone.Figure).To(width - RangeWidth);
        var finite = values.Where(double.IsFinite).ToList();
        return finite.Count > 0 ? line.Add($"{NumberText.Of(finite.Min())} to {NumberText.Of(finite.Max())}", Tone.Faint) : line;
    }

    private static IEnumerable<ScreenLine> Nodes(WatchState state, int room)
    {
        if (room < 3 || state.Cluster is null) yield break;
        var nodes = state.Nodes;
        var rollouts = nodes.SelectMany(node => node.Actors).Select(actor => actor.Rollout).OfType<RolloutReport>().ToList();
        yield return new ScreenLine();
        var heading = new ScreenLine().Add("nodes", Tone.Strong).Add(string.Create(CultureInfo.InvariantCulture, $"  {nodes.Count(IsWell)} of {nodes.Count} well"), Tone.Faint);
        if (rollouts.Count > 0) heading.Add($", {NumberText.Of(rollouts.Sum(rollout => rollout.TokensPerSecond))} tokens/s", Tone.Faint);
        if (state.Now - state.Cluster.At > Stale) heading.Add(state.Cluster.At.UtcDateTime.ToString("', as of 'HH:mm:ss", CultureInfo.InvariantCulture), Tone.Warning);
        yield return heading;
        var rows = nodes.Count <= room - 2 ? nodes.Count : room - 3;
        var names = Math.Clamp(nodes.Max(node => (int?)node.Name.Length) ?? 0, 10, 24) + 2;
        // Where not all fit, those that somebody should look at.
        IEnumerable<NodeReport> shown = rows == nodes.Count ? nodes : nodes.OrderBy(IsWell);
        foreach (var node in shown.Take(rows))
            yield return new ScreenLine().Fill(node.Name, names).Fill(node.Status, 13, ToneOfNode(node)).Add(Work(node), node.Silence is null ? Tone.Plain : Tone.Bad);
        if (rows < nodes.Count) yield return new ScreenLine().Add(string.Create(CultureInfo.InvariantCulture, $"and {nodes.Count - rows} more: rlhf topology"), Tone.Faint);
    }

    private static string Work(NodeReport node)
    {
        if (node.GoneSince is { } gone) return $"since {gone.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}";
        if (node.Silence is { } silence) return silence;
        var work = new List<string>();
        foreach (var actor in node.Actors)
        {
            if (actor.Rollout is { } rollout)
            {
                var lag = rollout.Lag > 0 ? string.Create(CultureInfo.InvariantCulture, $" (-{rollout.Lag})") : "";
                work.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{NumberText.Of(rollout.TokensPerSecond)} tokens/s, {rollout.SlotsInUse:0}/{rollout.Slots} slots, policy {rollout.PolicyVersion}{lag}"));
            }
            else if (actor.Scorer is { } scorer)
            {
                work.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"scores {NumberText.Of(scorer.EpisodesPerSecond)}/s, {scorer.BatchMean:0}/{scorer.BatchSize} a batch, {scorer.WaitMs:0} ms wait"));
            }
            else if (actor.Learner is { } learner)
            {
                work.Add(string.Create(CultureInfo.InvariantCulture, $"{learner.Phase}, {learner.BatchInHand}/{learner.BatchSize} in hand, busy {learner.Busy:0%}"));
            }
        }

        if (node.Roles.Contains(NodeRoles.Learner.Name()) && node.Actors.All(actor => actor.Learner is null)) work.Add("stands by");
        var shards = node.Actors.Count(actor => actor.Shard is not null);
        if (shards > 0) work.Add(shards == 1 ? "1 shard" : string.Create(CultureInfo.InvariantCulture, $"{shards} shards"));
        return string.Join("; ", work);
    }

    private static IEnumerable<ScreenLine> Samples(WatchState state, int room)
    {
        if (state.Samples.Count == 0 || room < 2 + SampleLines) yield break;
        yield return new ScreenLine();
        yield return new ScreenLine().Add("last samples", Tone.Strong);
        foreach (var sample in state.Samples.Take((room - 2) / SampleLines))
        {
            var line = new ScreenLine().Add(string.Create(CultureInfo.InvariantCulture, $"#{sample.Episode}")).Add($"  score {NumberText.Of(sample.Score)}");
            if (sample.ReferenceScore is { } reference) line.Add($", the human's {NumberText.Of(reference)}");
            yield return line.Add(string.Create(CultureInfo.InvariantCulture, $"  KL {NumberText.Of(sample.Kl)}  policy {sample.Version}"), Tone.Faint);
            yield return Said("text", sample.Prompt, Tone.Faint);
            yield return Said("policy", sample.Summary, Tone.Plain);
            yield return Said("human", sample.Reference ?? "-", Tone.Plain);
        }

        static ScreenLine Said(string who, string what, Tone tone) => new ScreenLine().Add("  ").Fill(who, 8, Tone.Faint).Add(what, tone);
    }

    private static ScreenLine Foot(WatchState state, int width)
    {
        if (state.Prompt is { } prompt)
        {
            var line = new ScreenLine().Add(prompt.Question, Tone.Strong).Add(" ");
            var help = state.Said.Length > 0 ? state.Said : prompt.Kind == WatchPromptKind.Drain ? "Tab completes, Enter sends, Esc leaves it" : "Enter sends, Esc leaves it";
            return line.Add(End(prompt.Text, Math.Max(1, width - line.Width - 1))).Add("▏", Tone.Figure).Add($"  {help}", Tone.Faint);
        }

        var foot = new ScreenLine();
        foreach (var (key, what) in ((string, string)[])[("p", "pause"), ("r", "resume"), ("d", "drain"), ("q", "quit")]) foot.Add(key, Tone.Key).Add($" {what}  ", Tone.Faint);
        return foot.Add(state.Said);
    }

    // The end is where the operator types.
    private static string End(string text, int width) => text.Length <= width ? text : $"…{text[^(width - 1)..]}";

    private static double? Last(WatchState state, string metric) => state.Metrics is [.., var last] && last.Metrics.TryGetValue(metric, out var value) ? value : null;

    private static bool IsWell(NodeReport node) => node.Status == "up" && node.Silence is null;

    private static Tone ToneOfNode(NodeReport node) =>
        IsWell(node) ? Tone.Good : node.Status is NodeReport.Unreachable or NodeReport.Gone || node.Silence is not null ? Tone.Bad : Tone.Warning;

    private static Tone ToneOf(string? phase) => phase switch
    {
        "training" or "finished" => Tone.Good,
        "failed" or NodeStatus.Silent => Tone.Bad,
        _ => Tone.Warning,
    };
}
