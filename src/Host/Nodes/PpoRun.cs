using ActorRlhf.Host.Runs;

namespace ActorRlhf.Host.Nodes;

/// <summary>What a PPO run is, in one process or many: it may be begun in one and continued in many.</summary>
public static class PpoRun
{
    private static readonly string[] Keys =
        ["seed", "threads", "base-model", "data", "task", "reward-check", "ppo", "ppo-schedule", "sampling", "evaluation", "cluster"];

    /// <summary>What has to be the same for a run to be continued. Where its folder and its database are may change.</summary>
    /// <param name="settings">The run's settings, resolved; the cluster's say where the models are.</param>
    public static RunConfiguration Identity(RunSettings settings)
    {
        var cluster = settings.Cluster;
        var usual = new ClusterSettings();
        var same = settings with
        {
            Cluster = cluster with
            {
                Directory = usual.Directory, ConnectionString = usual.ConnectionString, Model = usual.Model, Reward = usual.Reward, CheckpointInterval = usual.CheckpointInterval,
                LeaseDuration = usual.LeaseDuration, DrainTime = usual.DrainTime, ParameterFormat = usual.ParameterFormat, KeepBatches = usual.KeepBatches,
            },
        };
        return RunConfiguration.Of(PpoMonitor.Phase, same, RunSettings.Section, Keys, [new("model", cluster.Model), new("reward", cluster.Reward)]);
    }
}
