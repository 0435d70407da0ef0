using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// Puts together what all nodes say of themselves. All are asked at the same time, each for a limited time: one that is stuck does not hold the others up, and stands there with
/// what the membership knows.
/// </summary>
/// <param name="http">Reaches nodes.</param>
/// <param name="nodes">Who there is, as the membership has it.</param>
/// <param name="episodes">Which episodes there are.</param>
/// <param name="self">The name of the node that asks.</param>
/// <param name="own">What that one says of itself.</param>
public sealed class ClusterObserver(HttpClient http, Func<IReadOnlyList<KnownNode>> nodes, EpisodeSettings episodes, string self, Func<Task<NodeReport>> own)
{
    private readonly ConcurrentDictionary<string, NodeReport> _last = new();

    /// <summary>How long what a node has said stands for one that is too busy to answer in time.</summary>
    public TimeSpan Memory { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a node has to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>The report.</summary>
    public async Task<ClusterReport> ReportAsync()
    {
        var plan = episodes.Plan;
        var reports = await Task.WhenAll(nodes().Select(Ask)).ConfigureAwait(false);
        return new ClusterReport
        {
            Run = plan.Run,
            At = DateTimeOffset.UtcNow,
            ReportedBy = self,
            TotalEpisodes = plan.TotalEpisodes,
            BatchSize = plan.BatchSize,
            Shards = plan.Shards,
            MaxPolicyLag = episodes.MaxPolicyLag,
            Nodes = [.. reports.Select(report => report with { MissedBy = [.. reports.Where(other => other.Misses.Contains(report.Name)).Select(other => other.Name)] })],
        };
    }

    private async Task<NodeReport> Ask(KnownNode node)
    {
        var known = NodeObserver.Of(node);
        if (node.GoneSince is not null) return known with { Silence = "it is no member of the cluster any more" };
        using var patience = new CancellationTokenSource(Patience);
        string silence;
        try
        {
            var report = node.Name == self
                ? await own().WaitAsync(patience.Token).ConfigureAwait(false)
                : await http.GetFromJsonAsync<NodeReport>(new Uri($"{node.Http}{ObservationEndpoints.NodePath}"), OperationsJson.Options, patience.Token).ConfigureAwait(false);
            if (report is not null && report.Name == node.Name)
            {
                _last[node.Name] = report;
                return Known(report);
            }

            silence = report is null ? "it answered with nothing" : $"{report.Name} answers in its place";
        }
        catch (OperationCanceledException)
        {
            var isRemembered = _last.TryGetValue(node.Name, out var last) && last.Member == known.Member && DateTimeOffset.UtcNow - last.AnsweredAt < Memory;
            if (isRemembered && node.Status == "up") return Known(last!);
            silence = FormattableString.Invariant($"it has not answered within {Patience.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            silence = e.Message;
        }

        return known with { Status = node.Status == "up" ? NodeReport.Unreachable : node.Status, Silence = silence };

        NodeReport Known(NodeReport report) => report with
        {
            Address = known.Address, Member = known.Member, Roles = known.Roles, UpSince = known.UpSince,
            Status = known.Status, Membership = known.Membership, GoneSince = known.GoneSince,
        };
    }
}
