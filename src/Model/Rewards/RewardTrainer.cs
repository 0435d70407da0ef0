using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Rewards;

/// <summary>
/// Trains a reward model on preferences. A step is a function of the weights, the optimizer's moments and the step's number, so that a run
/// goes on from a checkpoint by calling <see cref="Step"/> with the next number.
/// </summary>
/// <param name="model">The model; trained.</param>
/// <param name="optimizer">Optimizer of its parameters.</param>
/// <param name="settings">Hyperparameters.</param>
/// <param name="preferences">The training set; pairs and k-way judgements may mix.</param>
public sealed class RewardTrainer(RewardModel model, AdamW optimizer, RewardSettings settings, IReadOnlyList<Preference> preferences)
{
    private readonly int _stepsPerEpoch = (preferences.Count + settings.BatchSize - 1) / settings.BatchSize;

    /// <summary>Optimizer steps in the whole training.</summary>
    public int Steps => _stepsPerEpoch * settings.Epochs;

    /// <summary>Takes one optimizer step: the mean loss of a batch of preferences, which is the step's slice of its epoch's order.</summary>
    /// <param name="step">Number of the step, from 0.</param>
    /// <returns>Statistics of the batch, before the step.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The training has no such step.</exception>
    /// <exception cref="TrainingDivergedException">The loss or the gradient is not finite; the step was not taken.</exception>
    public RewardStatistics Step(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
        int[] order = Minibatches.Shuffle(preferences.Count, settings.Seed, 0, step / _stepsPerEpoch);
        int start = step % _stepsPerEpoch * settings.BatchSize;
        Preference[] batch = [.. order[start..Math.Min(start + settings.BatchSize, order.Length)].Select(i => preferences[i])];

        optimizer.ZeroGradient();
        RewardStatistics statistics = Measure(batch, backward: true);
        string where = $"step {step} of the reward model's training";
        TrainingDivergedException.ThrowIfNotFinite("reward/loss", statistics.Loss, where);
        TrainingDivergedException.ThrowIfNotFinite("reward/gradient_norm", optimizer.ClipGradientNorm(settings.Optimizer.MaxGradientNorm), where);
        optimizer.Step(settings.Optimizer.LearningRateAt(step, Steps));
        return statistics;
    }

    /// <summary>Loss and accuracy on preferences that are not trained on.</summary>
    public RewardStatistics Evaluate(IReadOnlyList<Preference> heldOut)
    {
        using IDisposable noGradient = no_grad();
        return Measure(heldOut, backward: false);
    }

    /// <summary>Rewards of all responses in groups of bounded size; with <paramref name="backward"/>, each group's share of the mean loss flows back at once.</summary>
    private RewardStatistics Measure(IReadOnlyList<Preference> batch, bool backward)
    {
        int[] lengths = [.. batch.Select(Length)];
        var rewards = new float[batch.Count][];
        foreach (int[] group in Minibatches.ByTokens(lengths, settings.ForwardTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            (int Preference, int Response)[] read = [.. group.SelectMany(p => Enumerable.Range(0, batch[p].Responses.Length).Select(r => (p, r)))];
            Tensor flat = model.Rewards([.. group.Select(p => (batch[p].Query, batch[p].Responses))]);
            if (backward)
                (Loss(flat, read, batch) / batch.Count).backward();

            float[] numbers = flat.detach().cpu().data<float>().ToArray();
            foreach (int p in group)
                rewards[p] = new float[batch[p].Responses.Length];
            for (int i = 0; i < read.Length; i++)
                rewards[read[i].Preference][read[i].Response] = numbers[i];
        }

        return RewardStatistics.Of(rewards, [.. batch.Select(p => p.Choice)]);
    }

    private int Length(Preference preference)
    {
        preference.Validate();
        return preference.Query.Length + preference.Responses.Sum(response => model.Ended(response).Length);
    }

    /// <summary>The sum of the losses: pairs, and k-way comparisons by their k; with the penalty on their level where it is asked for.</summary>
    private Tensor Loss(Tensor flat, (int Preference, int Response)[] read, IReadOnlyList<Preference> batch)
    {
        var row = new Dictionary<(int, int), long>();
        for (int i = 0; i < read.Length; i++)
            row.Add(read[i], i);
        Tensor? sum = null;
        foreach (IGrouping<int, int> sized in read.Select(x => x.Preference).Distinct().GroupBy(p => batch[p].Responses.Length))
        {
            int[] group = [.. sized];
            Tensor rewards = Rows(flat, group.SelectMany(p => Enumerable.Range(0, sized.Key).Select(r => row[(p, r)]))).view(group.Length, sized.Key); // (n, k)
            Tensor loss = sized.Key == 2
                ? RewardLoss.Pairs(
                    Rows(flat, group.Select(p => row[(p, batch[p].Choice)])),
                    Rows(flat, group.Select(p => row[(p, 1 - batch[p].Choice)])))
                : RewardLoss.KWay(rewards, tensor(group.Select(p => (long)batch[p].Choice).ToArray(), device: flat.device));
            if (settings.CenteringCoefficient > 0)
                loss = loss + RewardLoss.Centering(rewards) * settings.CenteringCoefficient;
            sum = sum is null ? loss : sum + loss;
        }

        return sum!;
    }

    private static Tensor Rows(Tensor flat, IEnumerable<long> rows) => flat.index_select(0, tensor(rows.ToArray(), device: flat.device));
}
