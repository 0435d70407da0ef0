using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// PPO in a plain loop on one machine: generate a batch of episodes, score it, learn from it. Started again after a kill, it ends with the
/// weights it would have had: an episode's prompt and samples follow from its number, and an update from the last checkpoint.
/// </summary>
/// <param name="Settings">The hyperparameters.</param>
/// <param name="Sampling">Slots and threads of generation; temperature and length are PPO's own.</param>
/// <param name="Schedule">When to evaluate and to write checkpoints, in updates.</param>
public sealed record PpoPhase(PpoSettings Settings, SamplingSettings Sampling, ScheduleSettings Schedule)
{
    /// <summary>The phase's name in metrics and checkpoints.</summary>
    public const string Name = "ppo";

    private const string Policy = "policy";
    private const string Value = "value";

    /// <summary>Trains the policy to the end.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="metrics">The run's open metrics.</param>
    /// <param name="policy">Starts as the reference policy; trained in place.</param>
    /// <param name="reference">The policy that KL is measured against.</param>
    /// <param name="reward">Scores episodes; its network is also where the value network starts.</param>
    /// <param name="task">Ends responses.</param>
    /// <param name="queries">The prompts.</param>
    /// <param name="evaluate">Called every <see cref="ScheduleSettings.EvaluateEvery"/> updates, for figures that go into the metrics beside the update's own.</param>
    /// <param name="progress">Told of every update.</param>
    /// <param name="cancellation">Stops at the next decode step, or after the update under way; a checkpoint is written first.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Run(
        RunDirectory directory, MetricsLog metrics, Transformer policy, Transformer reference, RewardModel reward, SummaryTask task,
        IReadOnlyList<int[]> queries, Func<Transformer, IReadOnlyDictionary<string, double>> evaluate, IRunProgress progress, CancellationToken cancellation)
    {
        using var policyOptimizer = new AdamW(policy.Parameters, Settings.Optimizer);
        using var separate = Settings.ValueFunction == ValueFunctionKind.Separate ? reward.Network.Clone() : null;
        using var head = separate is null ? new ValueHead(policy.Config.Width, policy.Parameters.Device) : null;
        IValueFunction value = separate is not null ? new ValueNetwork(separate) : head!;
        using var valueOptimizer = new AdamW(value.Parameters, Settings.Optimizer);
        var content = new CheckpointContent().Add(Policy, policy.Parameters, policyOptimizer).Add(Value, value.Parameters, valueOptimizer);
        var store = new CheckpointStore(Path.Combine(directory.CheckpointsPath, Name), Schedule.KeepCheckpoints);
        PpoState? state = null;
        if (store.LoadLatest(content) is { } loaded)
        {
            state = loaded.State.Value<PpoState>(nameof(PpoState));
            foreach (var message in loaded.Messages)
                progress.Note(message);
            progress.Note($"{Name}: going on after {state.Episodes} of {Settings.TotalEpisodes} episodes");
        }
        using var learner = new PpoLearner(Settings, policy, policyOptimizer, value, valueOptimizer, state);
        metrics.Rewind(Name, learner.State.Updates);

        var sampling = Sampling with { Temperature = Settings.Temperature, MaxResponseTokens = Settings.ResponseLength, TopK = 0, TopP = 1, Greedy = false };
        var prompts = new PromptOrder(queries.Count, Settings.Seed);
        while (learner.State.Episodes < Settings.TotalEpisodes)
        {
            var started = Stopwatch.GetTimestamp();
            var count = (int)Math.Min(Settings.BatchSize, Settings.TotalEpisodes - learner.State.Episodes);
            List<Trajectory> batch;
            try
            {
                batch = Rollout(policy, reference, reward, task, sampling, queries, prompts, learner.State, count, cancellation);
            }
            catch (OperationCanceledException)
            {
                Save(); // as of the last update; the same episodes are generated again
                throw;
            }
            var generated = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var statistics = learner.Update(batch);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

            var record = new List<KeyValuePair<string, double>>(statistics.Metrics())
            {
                new("time/rollout", generated),
                new("time/update", seconds - generated),
                new("episodes_per_second", count / seconds),
                new("unended", batch.Count(episode => !ResponseEnd.HasEnded(episode.Response, task.Tokenizer.EndOfText)) / (double)count),
            };
            if (learner.State.Updates % Schedule.EvaluateEvery == 0 || learner.State.Episodes >= Settings.TotalEpisodes)
                record.AddRange(evaluate(policy));
            metrics.Append(statistics.Update, Name, record);
            progress.Report(new RunProgress(Name, learner.State.Episodes, Settings.TotalEpisodes, "episodes",
                string.Create(CultureInfo.InvariantCulture, $"reward {statistics.Score:F2}, KL {statistics.Kl:F2}, {statistics.ResponseLength:F1} tokens")));
            if (learner.State.Updates % Schedule.CheckpointEvery == 0)
                Save();
        }
        Save();

        void Save() => store.Save(
            new CheckpointState
            {
                Step = learner.State.Updates,
                Seed = Settings.Seed,
                Values = new() { [nameof(PpoState)] = System.Text.Json.JsonSerializer.SerializeToNode(learner.State) },
            },
            content);
    }

    private List<Trajectory> Rollout(
        Transformer policy, Transformer reference, RewardModel reward, SummaryTask task, SamplingSettings sampling,
        IReadOnlyList<int[]> queries, PromptOrder prompts, PpoState state, int count, CancellationToken cancellation)
    {
        var asked = Enumerable.Range(0, count).Select(i => queries[prompts[state.Episodes + i]]).ToArray();
        var responses = Responses.Of(policy, sampling, asked, task, Settings.Seed, state.Episodes, cancellation);
        var pairs = responses.Select(response => (response.Query, response.Response)).ToArray();
        var scores = reward.Score(pairs, Settings.ForwardTokens);
        var log = LogProbabilities.Of(reference, pairs, Settings.Temperature, Settings.ForwardTokens, Settings.LogitsAtOnce);
        return [.. responses.Select((response, i) => new Trajectory(
            response.EpisodeId, response.Query, response.Response, response.LogProbabilities, log[i],
            ResponseEnd.Score(response.Response, task.Tokenizer.EndOfText, scores[i], Settings), state.Updates))];
    }
}
