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
public sealed class RewardTrainer(RewardModel model, AdamW optimizer, RewardSettings settings, IReadOnlyList<Preference> preferences) : IDisposable
{
    private readonly DataParallel<RewardModel> _parallel = new(model, whole => whole.Share(), whole => [whole.Network.Parameters]);
    private readonly int _stepsPerEpoch = (preferences.Count + settings.BatchSize - 1) / settings.BatchSize;
    private (int Epoch, int[] Order) _current = (-1, []);

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
        int[] order = OrderOf(step / _stepsPerEpoch);
        int start = step % _stepsPerEpoch * settings.BatchSize;
        Preference[] batch = [.. order[start..Math.Min(start + settings.BatchSize, order.Length)].Select(i => preferences[i])];

        optimizer.ZeroGradient();
        RewardStatistics statistics = Learn(batch);
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
        var rewards = new float[heldOut.Count][];
        Measure(model, heldOut, [.. Enumerable.Range(0, heldOut.Count)], rewards, backward: false);
        return Statistics(heldOut, rewards);
    }

    /// <inheritdoc/>
    public void Dispose() => _parallel.Dispose();

    /// <summary>Adds the gradient of the mean loss.</summary>
    private RewardStatistics Learn(IReadOnlyList<Preference> batch)
    {
        var rewards = new float[batch.Count][];
        _parallel.Run(Minibatches.Parts([.. batch.Select(Length)], _parallel.Parts), (shared, part) =>
        {
            Measure(shared, batch, part, rewards, backward: true);
            return part.Length;
        });
        return Statistics(batch, rewards);
    }

    /// <summary>
    /// Rewards of the responses of a part of a batch, in groups of bounded size; with <paramref name="backward"/>, each group's share of the batch's
    /// mean loss flows back at once.
    /// </summary>
    private void Measure(RewardModel shared, IReadOnlyList<Preference> batch, int[] part, float[][] rewards, bool backward)
    {
        foreach (int[] places in Minibatches.ByTokens([.. part.Select(p => Length(batch[p]))], settings.ForwardTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            int[] group = [.. places.Select(place => part[place])];
            (int Preference, int Response)[] read = [.. group.SelectMany(p => Enumerable.Range(0, batch[p].Responses.Length).Select(r => (p, r)))];
            Tensor flat = shared.Rewards([.. group.Select(p => (batch[p].Query, batch[p].Responses))]);
            if (backward)
                (Loss(flat, read, batch) / batch.Count).backward();

            float[] numbers = flat.detach().cpu().data<float>().ToArray();
            foreach (int p in group)
                rewards[p] = new float[batch[p].Responses.Length];
            for (int i = 0; i < read.Length; i++)
                rewards[read[i].Preference][read[i].Response] = numbers[i];
        }
    }

    private static RewardStatistics Statistics(IReadOnlyList<Preference> batch, float[][] rewards) =>
        RewardStatistics.Of(rewards, [.. batch.Select(p => p.Choice)]);

    private int[] OrderOf(int epoch)
    {
        if (_current.Epoch != epoch)
            _current = (epoch, Minibatches.Shuffle(preferences.Count, settings.Seed, 0, epoch));
        return _current.Order;
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
