using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;
using TorchSharp;

namespace ActorRlhf.Actors.Learning;

/// <summary>PPO on journaled batches: a <see cref="PpoLearner"/> with its networks, optimizers and checkpoints.</summary>
public sealed class PpoTrainer : ITrainer
{
    private const string Policy = "policy";
    private const string Value = "value";

    private readonly PpoSettings _settings;
    private readonly Func<long, int[]> _query;
    private readonly CheckpointStore _store;
    private readonly Action<long, ParameterBlock>? _publish;
    private readonly ITrainingObserver? _observer;
    private readonly AlarmWatch? _alarms;
    private readonly Transformer _policy;
    private readonly ScalarNetwork? _separate;
    private readonly ValueHead? _head;
    private readonly IValueFunction _value;
    private readonly AdamW _policyOptimizer;
    private readonly AdamW _valueOptimizer;
    private readonly CheckpointContent _content;
    private PpoLearner? _learner;

    /// <summary>A trainer at the beginning of a run, until <see cref="Load"/>.</summary>
    /// <param name="settings">Hyperparameters.</param>
    /// <param name="start">The policy to start from; stays the caller's.</param>
    /// <param name="reward">Where a separate value network starts; stays the caller's.</param>
    /// <param name="query">The query of an episode.</param>
    /// <param name="store">The run's checkpoints.</param>
    /// <param name="publish">Gets the policy of every version, the loaded one first, and copies it before it returns.</param>
    /// <param name="observer">Told of every update; of those taken again after a crash, again. Used on the same thread as the trainer, and disposed with it.</param>
    /// <param name="threads">Threads that tensors are computed with; 0 leaves them as they are. The weights depend on the number, in their last bits.</param>
    /// <param name="alarms">Looks at every update; null for no alarms.</param>
    /// <exception cref="UserErrorException">The store keeps one checkpoint only.</exception>
    public PpoTrainer(
        PpoSettings settings, Transformer start, RewardModel reward, Func<long, int[]> query, CheckpointStore store,
        Action<long, ParameterBlock>? publish = null, ITrainingObserver? observer = null, int threads = 0, AlarmWatch? alarms = null)
    {
        if (store.Keep < 2)
            throw new UserErrorException($"{store.Directory}: {store.Keep} checkpoint is kept; keep at least 2, so that there is one to go back to where the last cannot be read");
        if (threads > 0) torch.set_num_threads(threads); // of this thread
        (_settings, _query, _store, _publish, _observer, _alarms) = (settings, query, store, publish, observer, alarms);
        _policy = start.Clone();
        _separate = settings.ValueFunction == ValueFunctionKind.Separate ? reward.Network.Clone() : null;
        _head = _separate is null ? new ValueHead(_policy.Config.Width, _policy.Parameters.Device) : null;
        _value = _separate is not null ? new ValueNetwork(_separate) : _head!;
        _policyOptimizer = new AdamW(_policy.Parameters, settings.Optimizer);
        _valueOptimizer = new AdamW(_value.Parameters, settings.Optimizer);
        _content = new CheckpointContent().Add(Policy, _policy.Parameters, _policyOptimizer).Add(Value, _value.Parameters, _valueOptimizer);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Alarm> Alarms => _alarms?.State.Alarms ?? [];

    /// <inheritdoc/>
    public long Load()
    {
        PpoState? state = null;
        IReadOnlyList<string> messages = [];
        if (_store.LoadHighest(_content) is { } loaded)
        {
            state = loaded.State.Value<PpoState>(nameof(PpoState));
            messages = loaded.Messages;
            if (_alarms is not null && loaded.State.Values.ContainsKey(nameof(AlarmState))) _alarms.State = loaded.State.Value<AlarmState>(nameof(AlarmState));
        }

        _learner = new PpoLearner(_settings, _policy, _policyOptimizer, _value, _valueOptimizer, state);
        _publish?.Invoke(_learner.State.Updates, _policy.Parameters);
        _observer?.Loaded(_learner.State.Updates, _policy, messages);
        return _learner.State.Updates;
    }

    /// <inheritdoc/>
    public void Steer(Steering steering, bool isPast)
    {
        if (steering.Kind == SteeringKind.Set) Learner.Set(steering.Key, steering.Value, isPast);
        if (_alarms is null || isPast) return; // the checkpoint says what was accepted
        foreach (var alarm in steering.Accepted) _alarms.Accept(AlarmMetrics.Parse(alarm));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is not the batch after the last one.</exception>
    public void Train(BatchFormed batch)
    {
        var learner = Learner;
        if (batch.Batch != learner.State.Updates)
            throw new InvalidOperationException($"batch {batch.Batch} is not the one after {learner.State.Updates} batches");
        var started = Stopwatch.GetTimestamp();
        Trajectory[] trajectories = [.. batch.Episodes.Select(episode => episode.ToTrajectory(_query(episode.Episode)))];
        var statistics = Update(learner, trajectories);
        var elapsed = Stopwatch.GetElapsedTime(started);
        _publish?.Invoke(learner.State.Updates, _policy.Parameters);
        _observer?.Trained(statistics, trajectories, elapsed, _policy);
        _alarms?.Observe(statistics, trajectories);
    }

    /// <inheritdoc/>
    public void Checkpoint(long version)
    {
        if (version != Learner.State.Updates)
            throw new InvalidOperationException($"the weights have learned from {Learner.State.Updates} batches, not from {version}");
        var values = new JsonObject { [nameof(PpoState)] = JsonSerializer.SerializeToNode(Learner.State) };
        if (_alarms is not null) values[nameof(AlarmState)] = JsonSerializer.SerializeToNode(_alarms.State);
        _store.Save(
            new CheckpointState
            {
                Step = version,
                Seed = _settings.Seed,
                Values = values,
            },
            _content);
        _observer?.Checkpointed(version, _policy);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _observer?.Dispose();
        _learner?.Dispose();
        _valueOptimizer.Dispose();
        _policyOptimizer.Dispose();
        _separate?.Dispose();
        _head?.Dispose();
        _policy.Dispose();
    }

    private PpoStatistics Update(PpoLearner learner, Trajectory[] batch)
    {
        try
        {
            return learner.Update(batch);
        }
        catch (TrainingDivergedException diverged) when (_alarms is not null)
        {
            throw new TrainingStoppedException(_alarms.Observe(diverged, learner.State.Updates + 1), diverged);
        }
    }

    private PpoLearner Learner => _learner ?? throw new InvalidOperationException("load first");
}
