using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Host.Operations;

/// <summary>Where a node's metrics are taken from.</summary>
/// <param name="report">Asks the node how it is; the result is null while it starts.</param>
internal sealed class NodeFigures(Func<Task<NodeReport?>> report)
{
    private volatile NodeReport? _report;

    /// <summary>Whether the node can work.</summary>
    public Func<bool> IsReady { get; init; } = () => true;

    /// <summary>The figures of the last update, where the learner is here; otherwise null.</summary>
    public Func<UpdateFigures?> LastUpdate { get; init; } = () => null;

    /// <summary>The learner's last word, where it is here; otherwise null.</summary>
    public Func<LearnerStatus?> Learner { get; init; } = () => null;

    /// <summary>What the node said when it was asked last; null before.</summary>
    public NodeReport? Report => _report;

    /// <summary>Asks the node how it is.</summary>
    public async Task Refresh() => _report = await report().ConfigureAwait(false);
}
