using System.Globalization;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Operator.Topology;

/// <summary>Draws a cluster as a tree: nodes, and under each its actors. It fits 80 columns, and has on one line what needs two there where there are more.</summary>
public static class TopologyTree
{
    private const int PathWidth = 29;
    private const int TypeWidth = 15;
    private const int StateWidth = 10;
    private const int MailWidth = 5;
    private const int RateWidth = 7;
    private const int RestartWidth = 4;
    private const int FactsWidth = 3 + PathWidth + TypeWidth + StateWidth + MailWidth + RateWidth + RestartWidth + 5;
    private const int WideEnough = FactsWidth + 70; // for what an actor says of itself on the same line

    /// <summary>The lines, none wider than there are columns.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="width">Columns.</param>
    public static IReadOnlyList<ScreenLine> Render(ClusterReport cluster, int width)
    {
        List<ScreenLine> lines = [Summary(cluster)];
        lines.Add(Heading());
        foreach (var node in cluster.Nodes) lines.AddRange(Node(node, cluster.At, width));
        return [.. lines.Select(line => line.Within(width))];
    }

    private static ScreenLine Summary(ClusterReport cluster)
    {
        var line = new ScreenLine().Add($"run {cluster.Run}", Tone.Strong);
        var (up, members) = (cluster.Nodes.Count(node => node.Status == "up"), cluster.Nodes.Count(node => node.GoneSince is null));
        line.Add(Invariant($": {up} of {members} nodes up"), up > 0 && up == cluster.Nodes.Count ? Tone.Good : Tone.Warning);
        if (cluster.Learner is { } learner) line.Add(Invariant($", {learner.Phase}, update {learner.Version} of {learner.Batches}"));
        else line.Add(", no learner answers", Tone.Bad);
        RolloutReport[] rollouts = [.. cluster.Actors.Select(actor => actor.Rollout).OfType<RolloutReport>()];
        return line.Add($", {NumberText.Of(rollouts.Sum(rollout => rollout.TokensPerSecond))} tokens/s").Add($"  (asked of {cluster.ReportedBy})", Tone.Faint);
    }

    private static ScreenLine Heading() => new ScreenLine().Add("   ").Fill("actor", PathWidth, Tone.Faint)
        .Add(" ").Fill("type", TypeWidth, Tone.Faint).Add(" ").Fill("state", StateWidth, Tone.Faint)
        .Add(" ").Fill("mail", MailWidth, Tone.Faint, isRight: true).Add(" ").Fill("msg/s", RateWidth, Tone.Faint, isRight: true)
        .Add(" ").Fill("rest", RestartWidth, Tone.Faint, isRight: true);

    private static IEnumerable<ScreenLine> Node(NodeReport node, DateTimeOffset now, int width)
    {
        var tone = node.Status switch
        {
            "up" => Tone.Good,
            NodeReport.Unreachable or NodeReport.Gone => Tone.Bad,
            _ => Tone.Warning,
        };
        yield return new ScreenLine().Add(node.Name, Tone.Strong).Add("  ").Add(node.Status, tone)
            .Add(node.Status != node.Membership && node.Membership.Length > 0 ? $" (peers: {node.Membership})" : "", Tone.Warning)
            .Add(node.GoneSince is { } gone ? $" since {AgeText.Of(now - gone)}" : $"  for {AgeText.Of(now - node.UpSince)}")
            .Add($"  {string.Join(',', node.Roles)}").Add($"  {node.Address}", Tone.Faint);
        if (node.Silence is { } silence) yield return new ScreenLine().Add("   ").Add(silence, Tone.Bad);
        if (node.MissedBy.Count > 0) yield return new ScreenLine().Add("   ").Add($"silent to {string.Join(", ", node.MissedBy)}", Tone.Bad);
        if (node.Pid is not null)
        {
            var busy = node.ProcessorsBusy is { } used ? Invariant($"{used:0.0} of {node.Processors} processors busy") : Invariant($"{node.Processors} processors");
            yield return new ScreenLine().Add("   ").Add(
                Invariant($"pid {node.Pid}, {(node.RssBytes ?? 0) / 1e6:#,0} MB, {busy}, {node.Threads} threads, version {node.Version?.Split('+')[0]}"), Tone.Faint);
        }

        if (node.Troubles is [.., var trouble]) yield return new ScreenLine().Add("   ").Add(trouble, Tone.Warning);
        for (var i = 0; i < node.Actors.Count; i++)
        {
            foreach (var line in Actor(node.Actors[i], i == node.Actors.Count - 1, now, width)) yield return line;
        }
    }

    private static IEnumerable<ScreenLine> Actor(ActorReport actor, bool isLast, DateTimeOffset now, int width)
    {
        var tone = actor.State switch
        {
            ActorState.Stopped => Tone.Bad,
            ActorState.Running => actor.IsAnswering ? Tone.Plain : Tone.Bad,
            _ => Tone.Warning,
        };
        var facts = new ScreenLine().Add(isLast ? "└─ " : "├─ ", Tone.Faint).Fill(Start(actor.Path), PathWidth).Add(" ").Fill(actor.Type, TypeWidth).Add(" ")
            .Fill(actor.State.ToString().ToLowerInvariant(), StateWidth, tone).Add(" ")
            .Fill(Invariant($"{actor.Mailbox:#,0}"), MailWidth, actor.Mailbox > 1_000 ? Tone.Warning : Tone.Plain, isRight: true).Add(" ")
            .Fill(NumberText.Of(actor.MessagesPerSecond), RateWidth, isRight: true).Add(" ")
            .Fill(Invariant($"{actor.Restarts}"), RestartWidth, actor.Restarts > 0 ? Tone.Warning : Tone.Plain, isRight: true);
        var says = ActorText.Of(actor);
        var saysTone = actor.IsAnswering ? Tone.Plain : Tone.Bad;
        var isOneLine = width >= WideEnough;
        yield return isOneLine && says.Length > 0 ? facts.Add("  ").Add(says, saysTone) : facts;
        var under = isLast ? "      " : "│     ";
        if (!isOneLine && says.Length > 0) yield return new ScreenLine().Add(under, Tone.Faint).Add(says, saysTone);
        if (actor.LastFailure is { } failure)
        {
            var when = actor.LastFailureAt is { } at ? $" {AgeText.Of(now - at)} ago" : "";
            yield return new ScreenLine().Add(under, Tone.Faint).Add($"failed{when}: {failure}", Tone.Bad);
        }
    }

    // The end of a path says more than its beginning.
    private static string Start(string path) => path.Length <= PathWidth ? path : "…" + path[^(PathWidth - 1)..];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
