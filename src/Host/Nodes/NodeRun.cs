using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Nodes;

/// <summary>A node of a run whose folder has, or will have, everything: checkpoints, metrics, logs, and in the end the trained policy.</summary>
/// <param name="settings">The run's settings, resolved.</param>
/// <param name="name">The node's name.</param>
/// <param name="roles">What it does.</param>
/// <param name="progress">Told of updates, where the learner is here.</param>
public sealed class NodeRun(RunSettings settings, string name, NodeRoles roles, IRunProgress progress)
{
    /// <summary>The trained policy's folder in the run's.</summary>
    public const string Result = "model";

    /// <summary>Puts something around the node's work.</summary>
    public Func<INodeWork, INodeWork> Wrap { get; init; } = work => work;

    private string Folder => settings.Cluster.Directory;

    /// <summary>Checks that a run's settings go together and its models and data are there.</summary>
    /// <exception cref="UserErrorException">They do not, or are not.</exception>
    public static (SummaryTask Task, SummaryDataset Data) Open(RunSettings settings)
    {
        var (model, reward) = (settings.Cluster.Model, settings.Cluster.Reward);
        if (model.Length == 0) throw new UserErrorException("rlhf.cluster.model is not set: the folder of the policy to train; rlhf sft makes one");
        if (reward.Length == 0) throw new UserErrorException("rlhf.cluster.reward is not set: the folder of the reward model; rlhf reward makes one");
        settings.Ppo.RequireFor(settings.Cluster.MaxPolicyLag);
        var task = TaskModel.Load(model, settings.Task);
        TaskModel.RequireReward(reward, task);
        return (task, SummaryDataset.Load(settings.Data));
    }

    /// <summary>Runs the node until the run is finished or cannot go on.</summary>
    /// <param name="stop">Has it finish what it has begun, and leave.</param>
    /// <exception cref="UserErrorException">The node cannot start, or the run cannot go on.</exception>
    /// <exception cref="PutOutException">The others have declared it dead.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, or told to leave.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        RequireDevices();
        var (task, data) = Open(settings);
        var seeded = settings.Seeded();
        Directory.CreateDirectory(Folder);
        using var log = NodeLog.ToFile(Path.Combine(Folder, "logs", $"{name}.log"), settings.Logs, name);
        using var traces = TraceFile.Open(settings.Traces, Folder, settings.Cluster.Run, name);
        using var work = new PpoWork(seeded, task, data, networks =>
        {
            var metrics = MetricsLog.Open(Path.Combine(Folder, RunDirectory.MetricsFile));
            return new PpoMonitor(seeded, task, data, networks, metrics, policy => Save(task, policy), progress, metrics.Dispose);
        });
        var options = new NodeOptions
        {
            Name = name,
            Roles = roles,
            Network = settings.Network,
            Cluster = settings.Cluster,
            Heard = new PauseNotice(progress).Hear,
            Checkpoints = roles.HasFlag(NodeRoles.Learner) ? PpoWork.Checkpoints(seeded) : null,
        };
        await RunAsync(options, Wrap(work), log, stop).ConfigureAwait(false);
    }

    /// <summary>Runs a node with any work until the run is finished or cannot go on; while it runs, a file in the run's folder says where it is.</summary>
    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    public static async Task RunAsync(NodeOptions options, INodeWork work, NodeLog log, CancellationToken stop)
    {
        var file = NodeFile.PathOf(options.Cluster.Directory, options.Name);
        using var name = NodeName.Hold(options.Cluster.Directory, options.Name);
        await using var node = await Node.StartAsync(options, work, log).ConfigureAwait(false);
        new NodeFile(options.Name, Environment.ProcessId, options.Roles.Names(), node.Address, node.Member).Write(file);
        try
        {
            var outcome = await node.WaitAsync(stop).ConfigureAwait(false);
            if (outcome.IsSentAway) throw new OperationCanceledException($"{options.Name} was told to leave");
            if (outcome.Failure is { } failure) throw outcome.IsPutOut ? new PutOutException(failure) : new UserErrorException(failure);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private void RequireDevices()
    {
        foreach (var (role, device) in new[] { (NodeRoles.Learner, settings.Learner.Device), (NodeRoles.Rollout, settings.Rollout.Device), (NodeRoles.Scorer, settings.Scorer.Device) })
        {
            try
            {
                if (roles.HasFlag(role)) Devices.Find(device);
            }
            catch (UserErrorException e)
            {
                throw new UserErrorException($"rlhf.{role.Name()}.device is {e.Message}", e);
            }
        }
    }

    private void Save(SummaryTask task, Transformer policy) => AtomicDirectory.Write(Path.Combine(Folder, Result), fresh =>
    {
        PretrainedModel.Save(fresh, policy, endOfText: task.Tokenizer.EndOfText);
        task.Tokenizer.Save(fresh);
    });
}
