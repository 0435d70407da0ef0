using ActorRlhf.Actors.Episodes;
using ActorRlhf.Model;

namespace ActorRlhf.Actors.Learning;

/// <summary>How the learner goes about it.</summary>
public sealed record LearnerSettings
{
    /// <summary>Which episodes there are.</summary>
    public required EpisodePlan Plan { get; init; }

    /// <summary>As in <see cref="EpisodeSettings.MaxPolicyLag"/>.</summary>
    public required int MaxPolicyLag { get; init; }

    /// <summary>Batches from one checkpoint to the next, at most.</summary>
    public required int CheckpointBatches { get; init; }

    /// <summary>Time from one checkpoint to the next, at most; it is written after the step under way.</summary>
    public required TimeSpan CheckpointInterval { get; init; }

    /// <summary>Whether batches stay in the journal after the checkpoint behind them, so that the whole run can be trained again.</summary>
    public bool KeepJournal { get; init; }

    /// <summary>Throws a <see cref="UserErrorException"/> where a setting, by its name and value, cannot be changed while the run goes on; by default none can.</summary>
    public Action<string, string> CheckSetting { get; init; } = (key, _) => throw new UserErrorException($"{key} cannot be changed while the run goes on");

    /// <summary>How long the learner waits for a shard before it asks again.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);
}
