using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Ppo;

/// <summary>
/// Proximal policy optimization as Ziegler et al. 2019 and Stiennon et al. 2020 fine-tune language models with it: takes batches of scored
/// trajectories, moves the policy and the value function. An update is a function of the weights, the optimizers' moments, <see cref="State"/>,
/// the settings and the batch; on a CPU with a given number of threads, bit for bit. It owns none of what it is given.
/// </summary>
/// <param name="settings">Hyperparameters.</param>
/// <param name="policy">The policy π; trained.</param>
/// <param name="policyOptimizer">Optimizer of the policy's parameters.</param>
/// <param name="value">The value function V; trained.</param>
/// <param name="valueOptimizer">Optimizer of the value function's own parameters.</param>
/// <param name="state">Where to go on from; null begins a run.</param>
public sealed class PpoLearner(
    PpoSettings settings, Transformer policy, AdamW policyOptimizer, IValueFunction value, AdamW valueOptimizer, PpoState? state = null)
    : IDisposable
{
    private readonly DataParallel<(Transformer Policy, IValueFunction Value)> _parallel = new(
        (policy, value), whole => (whole.Policy.Share(), whole.Value.Share()), whole => [whole.Policy.Parameters, whole.Value.Parameters]);

    /// <summary>Updates and episodes so far, and β of the next update.</summary>
    public PpoState State { get; private set; } = state ?? PpoState.Start(settings);

    /// <summary>Changes a setting for the updates to come.</summary>
    /// <param name="key">Its name (<see cref="LivePpoSettings"/>).</param>
    /// <param name="value">Its value.</param>
    /// <param name="isPast">Whether <see cref="State"/> is of a time after the change.</param>
    /// <exception cref="UserErrorException">It cannot be changed, or not to that.</exception>
    public void Set(string key, string value, bool isPast = false)
    {
        settings = LivePpoSettings.With(settings, key, value);
        if (!isPast && key == LivePpoSettings.KlCoefficient) State = State with { KlCoefficient = settings.KlCoefficient };
    }

    /// <summary>
    /// Learns from one batch: old values, rewards, advantages and returns once, then <see cref="PpoSettings.Epochs"/> passes in
    /// <see cref="PpoSettings.Minibatches"/> steps each; then moves β.
    /// </summary>
    /// <param name="batch">Trajectories; they may come from older policies, whose log-probabilities they carry.</param>
    /// <exception cref="ArgumentException">The batch is empty, or a trajectory is incomplete, not finite, longer than the context or outside the vocabulary.</exception>
    /// <exception cref="TrainingDivergedException">
    /// A value, a loss or the gradient is not finite. The step it would have gone into was not taken; earlier steps of this update were, so go back to a checkpoint.
    /// </exception>
    public PpoStatistics Update(IReadOnlyList<Trajectory> batch)
    {
        if (batch.Count == 0)
            throw new ArgumentException("a batch needs at least one trajectory", nameof(batch));
        foreach (Trajectory episode in batch)
            Check(episode);

        float[][] oldValues = OldValues(batch);
        TrainingDivergedException.ThrowIfNotFinite("ppo/val/mean", Moments.Of(oldValues).Mean, $"update {State.Updates}, before its first step");
        PpoTargets targets = PpoTargets.Of(batch, oldValues, State.KlCoefficient, settings);
        (float[][] Old, float[][]? Weights) proximal = Proximal(batch);
        double learningRate = settings.Optimizer.LearningRateAt(State.Episodes, settings.TotalEpisodes);
        var steps = new List<StepStatistics>();
        for (int epoch = 0; epoch < settings.Epochs; epoch++)
        {
            int[][] minibatches = Minibatches.Of(
                batch.Count, settings.Minibatches, i => batch[i].Query.Length + batch[i].Response.Length, settings.Seed, State.Updates, epoch);
            for (int i = 0; i < minibatches.Length; i++)
            {
                steps.Add(Step(batch, targets, proximal, minibatches[i], learningRate,
                    $"update {State.Updates}, epoch {epoch}, minibatch {i}"));
            }
        }

        PpoStatistics statistics = Summarize(batch, targets, proximal.Weights, steps, learningRate);
        State = new PpoState(statistics.Update, statistics.Episodes, KlController.Next(settings, State.KlCoefficient, statistics.Kl, batch.Count));
        return statistics;
    }

    /// <inheritdoc/>
    public void Dispose() => _parallel.Dispose();

    private void Check(Trajectory episode)
    {
        episode.Validate();
        int length = episode.Query.Length + episode.Response.Length;
        if (length > policy.Config.ContextLength)
            throw new ArgumentException($"Episode {episode.EpisodeId} has {length} tokens; the policy's context is {policy.Config.ContextLength}.");
        foreach (int token in episode.Tokens())
            if ((uint)token >= (uint)policy.Config.VocabularySize)
                throw new ArgumentException($"Episode {episode.EpisodeId} has token {token}; the policy's vocabulary is 0 to {policy.Config.VocabularySize - 1}.");
    }

    /// <summary>V before the update, for the trajectories that do not bring it.</summary>
    private float[][] OldValues(IReadOnlyList<Trajectory> batch)
    {
        float[]?[] values = [.. batch.Select(episode => episode.Values)];
        int[] missing = [.. Enumerable.Range(0, batch.Count).Where(i => values[i] is null)];
        using IDisposable noGradient = no_grad();
        foreach (int[] group in Minibatches.ByTokens(
            [.. missing.Select(i => batch[i].Query.Length + batch[i].Response.Length)], settings.ForwardTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            PackedResponses packed = Pack(batch, [.. group.Select(i => missing[i])]);
            Tensor? states = value.ReadsPolicy ? policy.Hidden(packed.Batch).index_select(0, packed.Rows) : null;
            float[][] unpacked = packed.Unpack(value.Values(packed, states));
            for (int i = 0; i < group.Length; i++)
                values[missing[group[i]]] = unpacked[i];
        }

        return values!;
    }

    /// <summary>The log-probabilities that clipping is against, and what tokens count; null for all the same.</summary>
    private (float[][] Old, float[][]? Weights) Proximal(IReadOnlyList<Trajectory> batch)
    {
        float[][] behaviour = [.. batch.Select(episode => episode.BehaviourLogProbabilities)];
        if (settings.ImportanceWeightCap == 0) return (behaviour, null);
        float[][] proximal = LogProbabilities.Of(
            policy, [.. batch.Select(episode => (episode.Query, episode.Response))], settings.Temperature, settings.ForwardTokens, settings.LogitsAtOnce);
        return (proximal, ImportanceWeights.Of(proximal, behaviour, settings.ImportanceWeightCap));
    }

    private PackedResponses Pack(IReadOnlyList<Trajectory> batch, int[] episodes) =>
        new([.. episodes.Select(i => (batch[i].Query, batch[i].Response))], policy.Parameters.Device);

    /// <summary>
    /// One optimizer step. The losses are sums over the minibatch's tokens divided by their number, so the sequences go forward and backward in
    /// parts and groups of bounded size, and gradients add up to those of the whole.
    /// </summary>
    private StepStatistics Step(
        IReadOnlyList<Trajectory> batch, PpoTargets targets, (float[][] Old, float[][]? Weights) proximal, int[] episodes, double learningRate, string where)
    {
        policyOptimizer.ZeroGradient();
        valueOptimizer.ZeroGradient();
        double tokens = episodes.Sum(i => batch[i].Response.Length);
        int[] lengths = [.. episodes.Select(i => batch[i].Query.Length + batch[i].Response.Length)];
        var step = StepStatistics.Sum(_parallel.Run(Minibatches.Parts(lengths, _parallel.Parts), (networks, part) =>
        {
            var sums = new StepStatistics();
            foreach (int[] group in Minibatches.ByTokens([.. part.Select(i => lengths[i])], settings.ForwardTokens))
            {
                using DisposeScope scope = NewDisposeScope();
                int[] rows = [.. group.Select(i => episodes[part[i]])];
                PackedResponses packed = Pack(batch, rows);
                PolicyPass(networks, packed, proximal, targets, rows, tokens, sums);
                if (!value.ReadsPolicy)
                    ValuePass(networks.Value, packed, null, targets, rows, tokens, sums);
            }

            return sums;
        }));

        step.TotalLoss = step.PolicyLoss + settings.ValueLossCoefficient * step.ValueLoss - settings.EntropyCoefficient * step.Entropy;
        TrainingDivergedException.ThrowIfNotFinite("ppo/loss/policy", step.PolicyLoss, where);
        TrainingDivergedException.ThrowIfNotFinite("ppo/loss/value", step.ValueLoss, where);
        TrainingDivergedException.ThrowIfNotFinite("ppo/policy/entropy", step.Entropy, where);
        step.GradientNorm = ClipGradient(settings.Optimizer.MaxGradientNorm, where);
        policyOptimizer.Step(learningRate);
        valueOptimizer.Step(learningRate);
        return step;
    }

    /// <summary>
    /// Forward and backward of the policy. The language-model head runs over a few rows at a time and each piece's backward runs at once:
    /// logits of all rows never exist together. The body then gets the pieces' gradients in one go.
    /// </summary>
    private void PolicyPass(
        (Transformer Policy, IValueFunction Value) networks, PackedResponses packed, (float[][] Old, float[][]? Weights) proximal, PpoTargets targets, int[] episodes,
        double tokens, StepStatistics step)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? weights = proximal.Weights is null ? null : Flat(Rows(proximal.Weights, episodes));
        Tensor old = Flat(Rows(proximal.Old, episodes)), advantages = Flat(Rows(targets.Advantages, episodes));
        Tensor hidden = networks.Policy.Hidden(packed.Batch).index_select(0, packed.Rows); // (n, C)
        Tensor states = hidden.detach().requires_grad_();
        foreach ((long start, long length) in LogProbabilities.Pieces(packed.Count, policy.Config.VocabularySize, settings.LogitsAtOnce))
        {
            using DisposeScope piece = NewDisposeScope();
            Tensor rows = LogProbabilities.Distributions(networks.Policy, states.narrow(0, start, length), settings.Temperature); // (m, V)
            Tensor logProbabilities = LogProbabilities.Taken(rows, packed.Labels.narrow(0, start, length));
            Tensor oldPiece = old.narrow(0, start, length);
            (Tensor loss, Tensor clipped) = PpoLoss.Policy(
                logProbabilities, oldPiece, advantages.narrow(0, start, length), settings.PolicyClip, weights?.narrow(0, start, length));
            Tensor entropy = Entropy(rows);
            Tensor total = settings.EntropyCoefficient > 0 ? loss - entropy * settings.EntropyCoefficient : loss;
            (total / tokens).backward();
            step.PolicyLoss += loss.ToDouble() / tokens;
            step.ClipFraction += clipped.ToDouble() / tokens;
            step.Entropy += entropy.ToDouble() / tokens;
            step.ApproximateKl += 0.5 * (logProbabilities.detach() - oldPiece).square().sum().ToDouble() / tokens;
        }

        if (value.ReadsPolicy)
            ValuePass(networks.Value, packed, states, targets, episodes, tokens, step);
        hidden.backward([states.grad!]);
    }

    private void ValuePass(
        IValueFunction shared, PackedResponses packed, Tensor? states, PpoTargets targets, int[] episodes, double tokens, StepStatistics step)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = shared.Values(packed, states);
        (Tensor loss, Tensor squaredError, Tensor clipped) = PpoLoss.Value(
            values, Flat(Rows(targets.Values, episodes)), Flat(Rows(targets.Returns, episodes)), settings.ValueClip);
        (loss * (settings.ValueLossCoefficient / tokens)).backward();
        step.ValueLoss += loss.ToDouble() / tokens;
        step.ValueError += squaredError.ToDouble() / tokens;
        step.ValueClipFraction += clipped.ToDouble() / tokens;
        step.ValuePrediction += values.detach().sum().ToDouble() / tokens;
    }

    /// <summary>Σ −p log p over all rows; without a gradient unless the bonus asks for it.</summary>
    private Tensor Entropy(Tensor rows)
    {
        using IDisposable gradient = set_grad_enabled(settings.EntropyCoefficient > 0);
        return -(rows.exp() * rows).sum();
    }

    /// <summary>Scales both gradients by one factor where their common norm is too long; returns the norm before.</summary>
    private double ClipGradient(double max, string where)
    {
        double policyNorm = policyOptimizer.ClipGradientNorm(double.PositiveInfinity);
        double valueNorm = valueOptimizer.ClipGradientNorm(double.PositiveInfinity);
        double norm = Math.Sqrt(policyNorm * policyNorm + valueNorm * valueNorm);
        TrainingDivergedException.ThrowIfNotFinite("ppo/gradient_norm", norm, where);
        if (norm > max)
        {
            policyOptimizer.ClipGradientNorm(policyNorm * max / norm);
            valueOptimizer.ClipGradientNorm(valueNorm * max / norm);
        }

        return norm;
    }

    private Tensor Flat(IEnumerable<float[]> rows) => tensor(rows.SelectMany(row => row).ToArray(), device: policy.Parameters.Device);

    private static IEnumerable<float[]> Rows(float[][] rows, int[] episodes) => episodes.Select(i => rows[i]);

    private PpoStatistics Summarize(IReadOnlyList<Trajectory> batch, PpoTargets targets, float[][]? weights, List<StepStatistics> steps, double learningRate)
    {
        double kl = batch.Average(e => TokenRewards.Kl(e.BehaviourLogProbabilities, e.ReferenceLogProbabilities));
        Moments scores = Moments.Of([[.. batch.Select(e => e.Score)]]), returns = Moments.Of(targets.Returns), values = Moments.Of(targets.Values);
        return new PpoStatistics
        {
            Update = State.Updates + 1,
            Episodes = State.Episodes + batch.Count,
            ResponseTokens = batch.Sum(e => (long)e.Response.Length),
            Kl = kl,
            KlCoefficient = State.KlCoefficient,
            ResponseEntropy = batch.Average(e => -e.BehaviourLogProbabilities.Sum(p => (double)p)),
            Score = scores.Mean,
            ScoreDeviation = Math.Sqrt(scores.Variance),
            ScoreTotal = scores.Mean - State.KlCoefficient * kl,
            ResponseLength = batch.Average(e => e.Response.Length),
            PolicyLoss = steps.Average(s => s.PolicyLoss),
            ValueLoss = steps.Average(s => s.ValueLoss),
            TotalLoss = steps.Average(s => s.TotalLoss),
            Entropy = steps.Average(s => s.Entropy),
            ApproximateKl = steps.Average(s => s.ApproximateKl),
            ClipFraction = steps.Average(s => s.ClipFraction),
            ImportanceWeights = weights is null ? null : ImportanceWeightStatistics.Of(weights, settings.ImportanceWeightCap),
            ReturnMean = returns.Mean,
            ReturnVariance = returns.Variance,
            ValueMean = values.Mean,
            ValueVariance = values.Variance,
            ValuePrediction = steps.Average(s => s.ValuePrediction),
            ValueError = steps.Average(s => s.ValueError),
            ValueClipFraction = steps.Average(s => s.ValueClipFraction),
            GradientNorm = steps.Average(s => s.GradientNorm),
            LearningRate = learningRate,
        };
    }

    /// <summary>What one step measured; means over its tokens.</summary>
    private sealed class StepStatistics
    {
        public double PolicyLoss, ValueLoss, TotalLoss, Entropy, ApproximateKl, ClipFraction, ValuePrediction, ValueError, ValueClipFraction, GradientNorm;

        /// <summary>The statistics of a minibatch from those of its parts, whose means are over the minibatch's tokens already.</summary>
        public static StepStatistics Sum(StepStatistics[] parts) => new()
        {
            PolicyLoss = parts.Sum(part => part.PolicyLoss),
            ValueLoss = parts.Sum(part => part.ValueLoss),
            Entropy = parts.Sum(part => part.Entropy),
            ApproximateKl = parts.Sum(part => part.ApproximateKl),
            ClipFraction = parts.Sum(part => part.ClipFraction),
            ValuePrediction = parts.Sum(part => part.ValuePrediction),
            ValueError = parts.Sum(part => part.ValueError),
            ValueClipFraction = parts.Sum(part => part.ValueClipFraction),
        };
    }
}
