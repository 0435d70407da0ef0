using System.ComponentModel.DataAnnotations;
using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Host.Nodes;

/// <summary>What all nodes of a run have in common, beside the method's own settings.</summary>
public sealed record ClusterSettings
{
    /// <summary>The run's name in the journal. In a database of several runs, each has another.</summary>
    public string Run { get; init; } = "run";

    /// <summary>
    /// The run's folder: checkpoints, metrics, logs, the trained policy. Nodes may share it or each have one of its own: who stands by for the learner copies its checkpoints.
    /// </summary>
    public string Directory { get; init; } = "runs/up";

    /// <summary>The folder of the policy that training starts from.</summary>
    public string Model { get; init; } = "";

    /// <summary>The folder of the reward model.</summary>
    public string Reward { get; init; } = "";

    /// <summary>
    /// The database of journal and membership: <c>Host=…;Database=…</c> is PostgreSQL's, <c>Data Source=FILE</c> SQLite's, which serves the processes of one
    /// machine. Null for <c>run.db</c> in the run's folder.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>Shards that the episodes are spread over. They move between nodes as a whole.</summary>
    [Range(1, 10_000)]
    public int Shards { get; init; } = 8;

    /// <summary>
    /// How many updates older than the policy that learns from it an episode's policy may be. 0 is synchronous PPO: generation waits for each
    /// update. From 1 on they overlap; then <c>ppo.importance-weight-cap</c> is needed.
    /// </summary>
    [Range(0, 1_000)]
    public int MaxPolicyLag { get; init; }

    /// <summary>How long a rollout may take for an episode before another gets it too.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time from one checkpoint to the next at most; <c>ppo-schedule.checkpoint-every</c> says after how many updates.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether the batches that are trained on stay in the journal, so that every episode's story can be told (<c>rlhf episodes N</c>). Without, those before the last two checkpoints
    /// are deleted.
    /// </summary>
    public bool KeepBatches { get; init; } = true;

    /// <summary>Whether results and batches stay in the journal for good, so that the whole run can be trained again from it.</summary>
    public bool KeepJournal { get; init; }

    /// <summary>How parameters travel: <c>float32</c>, or <c>bfloat16</c> in half the bytes, whose rounding rollouts then generate with.</summary>
    public ParameterFormat ParameterFormat { get; init; } = ParameterFormat.Float32;

    /// <summary>How long a node that is told to stop may take to finish what it has begun.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}
