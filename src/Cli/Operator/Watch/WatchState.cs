using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>All that <c>rlhf watch</c> shows.</summary>
public sealed record WatchState
{
    /// <summary>Updates of which the time is taken for what is to come.</summary>
    private const int Recent = 20;

    /// <summary>What of an update is shown, by the names of the run's metrics.</summary>
    public static IReadOnlyList<(string Label, string Metric)> Figures { get; } =
    [
        ("reward", "objective/score"),
        ("KL", "objective/kl"),
        ("entropy", "ppo/policy/entropy"),
        ("length", "objective/response_length"),
        ("learning rate", "ppo/learning_rate"),
    ];

    /// <summary>What the time is.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The node that is asked.</summary>
    public string Address { get; init; } = "";

    /// <summary>How it sees the run; null before the first answer.</summary>
    public NodeStatus? Status { get; init; }

    /// <summary>The nodes and what they do; null before the first answer.</summary>
    public ClusterReport? Cluster { get; init; }

    /// <summary>The figures of the run's updates, in their order.</summary>
    public IReadOnlyList<MetricsRecord> Metrics { get; init; } = [];

    /// <summary>The last samples, the newest first.</summary>
    public IReadOnlyList<SampleReport> Samples { get; init; } = [];

    /// <summary>What is beyond a limit.</summary>
    public IReadOnlyList<AlarmReport> Alarms { get; init; } = [];

    /// <summary>Why what is shown is old; null while it is fresh.</summary>
    public string? Trouble { get; init; }

    /// <summary>What came of the last thing that the operator did; empty when there is nothing to say.</summary>
    public string Said { get; init; } = "";

    /// <summary>What the operator is asked; null when nothing.</summary>
    public WatchPrompt? Prompt { get; init; }

    /// <summary>Whether training waits for the operator.</summary>
    public bool IsPaused => Status?.Phase == "paused";

    /// <summary>Nodes that there are, and those that were and are missed.</summary>
    public IReadOnlyList<NodeReport> Nodes => Cluster?.Nodes ?? [];

    /// <summary>The median seconds of a recent update with the wait before it, which a pause does not change; null before the first.</summary>
    public double? SecondsPerUpdate
    {
        get
        {
            var seconds = Metrics.TakeLast(Recent).Select(record => record.Metrics.GetValueOrDefault("time/wait") + record.Metrics.GetValueOrDefault("time/update"))
                .Where(value => value > 0).Order().ToList();
            return seconds.Count > 0 ? seconds[seconds.Count / 2] : null;
        }
    }

    /// <summary>Episodes a second at that pace; null before the first update.</summary>
    public double? EpisodesPerSecond => SecondsPerUpdate is { } seconds && Status is { Batches: > 0 } status
        ? (double)status.TotalEpisodes / status.Batches / seconds : null;

    /// <summary>The time left at that pace; null when there is no pace, or none to be expected.</summary>
    public TimeSpan? TimeLeft
    {
        get
        {
            if (Trouble is not null || SecondsPerUpdate is not { } seconds || Status is not { Phase: "training" } status || Metrics is not [.., var last]) return null;
            var sinceLast = Math.Clamp((Now - last.Time).TotalSeconds, 0, seconds);
            return TimeSpan.FromSeconds(Math.Max(0, ((status.Batches - status.Version) * seconds) - sinceLast));
        }
    }
}
