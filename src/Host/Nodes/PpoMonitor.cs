using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using TorchSharp;

namespace ActorRlhf.Host.Nodes;

/// <summary>Writes a run's metrics, compares the policy with where it started on held-out texts from time to time, and hands out the finished policy.</summary>
/// <param name="settings">The run's settings, resolved.</param>
/// <param name="task">What a query looks like.</param>
/// <param name="data">The texts.</param>
/// <param name="networks">The networks that the run starts from.</param>
/// <param name="metrics">The run's open metrics; the caller closes them with <paramref name="close"/>.</param>
/// <param name="finish">Given the trained policy, perhaps more than once.</param>
/// <param name="progress">Told of every update.</param>
/// <param name="close">What to do at the end.</param>
public sealed class PpoMonitor(
    RunSettings settings, SummaryTask task, SummaryDataset data, LoadedNetworks networks, MetricsLog metrics, Action<Transformer> finish, IRunProgress progress,
    Action? close = null) : ITrainingObserver
{
    /// <summary>What PPO is called in metrics and checkpoints.</summary>
    public const string Phase = "ppo";

    private readonly long _batches = (settings.Ppo.TotalEpisodes + settings.Ppo.BatchSize - 1) / settings.Ppo.BatchSize;
    private (Transformer Start, RewardModel Reward, HeldOut Watched, double[] Baseline)? _comparison;
    private long _since = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public void Loaded(long version, Transformer policy, IReadOnlyList<string> messages)
    {
        foreach (var message in messages) progress.Note(message);
        if (version > 0)
        {
            var episodes = Math.Min(version * settings.Ppo.BatchSize, settings.Ppo.TotalEpisodes);
            progress.Note(string.Create(CultureInfo.InvariantCulture, $"{Phase}: going on after {episodes} of {settings.Ppo.TotalEpisodes} episodes"));
        }

        metrics.Rewind(Phase, version);
        if (version == _batches) finish(policy);
        _since = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Trained(PpoStatistics statistics, IReadOnlyList<Trajectory> batch, TimeSpan elapsed, Transformer policy)
    {
        var seconds = Stopwatch.GetElapsedTime(_since).TotalSeconds;
        var record = new List<KeyValuePair<string, double>>(statistics.Metrics())
        {
            new("time/wait", seconds - elapsed.TotalSeconds),
            new("time/update", elapsed.TotalSeconds),
            new("episodes_per_second", batch.Count / seconds),
            new("unended", batch.Count(episode => !ResponseEnd.HasEnded(episode.Response, task.Tokenizer.EndOfText)) / (double)batch.Count),
            new("lag", batch.Average(episode => statistics.Update - 1 - episode.PolicyVersion)),
        };
        if (statistics.Update % settings.PpoSchedule.EvaluateEvery == 0 || statistics.Update == _batches) record.AddRange(Compare(policy));
        metrics.Append(statistics.Update, Phase, record);
        progress.Report(new RunProgress(Phase, statistics.Episodes, settings.Ppo.TotalEpisodes, "episodes",
            string.Create(CultureInfo.InvariantCulture, $"reward {statistics.Score:F2}, KL {statistics.Kl:F2}, {statistics.ResponseLength:F1} tokens")));
        _since = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Checkpointed(long version, Transformer policy)
    {
        if (version == _batches) finish(policy);
    }

    /// <inheritdoc/>
    public void Dispose() => close?.Invoke();

    private Dictionary<string, double> Compare(Transformer policy)
    {
        var (start, reward, watched, baseline) = _comparison ??= Begin(policy.Parameters.Device);
        var samples = watched.Sample("ppo", policy, CancellationToken.None);
        var wins = WinRate.OfScores(watched.Gold(watched.Summaries("ppo", policy, CancellationToken.None)), baseline);
        return new()
        {
            ["heldout/kl"] = watched.Kl(start, samples),
            ["heldout/score"] = watched.Scores(reward, samples, settings.Ppo).Average(),
            ["heldout/gold_win_rate_vs_sft"] = wins.Rate,
            ["heldout/gold_win_rate_vs_sft_low"] = wins.Interval.Low,
            ["heldout/gold_win_rate_vs_sft_high"] = wins.Interval.High,
        };
    }

    private (Transformer Start, RewardModel Reward, HeldOut Watched, double[] Baseline) Begin(torch.Device device)
    {
        var start = networks.Start(device);
        var watched = new HeldOut([.. data.Validation.Take(settings.Evaluation.Validation)], task, settings.Sampling, settings.Ppo.Temperature, settings.Seed);
        return (start, networks.Reward(device), watched, watched.Gold(watched.Summaries("sft", start, CancellationToken.None)));
    }
}
