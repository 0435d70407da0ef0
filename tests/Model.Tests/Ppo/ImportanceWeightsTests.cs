using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>Learning from what an older policy sampled.</summary>
public sealed class ImportanceWeightsTests
{
    [Fact]
    public void A_weight_is_the_ratio_of_probabilities_up_to_the_cap()
    {
        float[][] proximal = [[MathF.Log(0.5f), MathF.Log(0.2f)], [0]], behaviour = [[MathF.Log(0.25f), MathF.Log(0.4f)], [0]];
        Close.Rows([[2, 0.5f], [1]], ImportanceWeights.Of(proximal, behaviour, cap: 10), 1e-6);
        Close.Rows([[1.5f, 0.5f], [1]], ImportanceWeights.Of(proximal, behaviour, cap: 1.5), 1e-6);
        Assert.Equal(3, ImportanceWeights.Of([[0]], [[-1000]], cap: 3)[0][0]); // e^1000 is no number
    }

    [Fact]
    public void The_mean_and_the_share_that_the_cap_decided_are_over_tokens()
    {
        // 2, 0.5, 1 and 1 capped at 1.5: 1.5 + 0.5 + 1 + 1 = 4 over 4 tokens; a mean over episodes would be other.
        float[][] proximal = [[MathF.Log(0.5f), MathF.Log(0.2f), 0], [-1]], behaviour = [[MathF.Log(0.25f), MathF.Log(0.4f), 0], [-1]];
        Assert.Equal(new ImportanceWeightStatistics(1, 0.25), Rounded(ImportanceWeights.Of(proximal, behaviour, 1.5), 1.5));
        Assert.Equal(new ImportanceWeightStatistics(1.125, 0), Rounded(ImportanceWeights.Of(proximal, behaviour, 10), 10));
        Assert.Equal(new ImportanceWeightStatistics(0.3, 1), Rounded(ImportanceWeights.Of(proximal, behaviour, 0.3), 0.3)); // 0.3 has no exact float

        static ImportanceWeightStatistics Rounded(float[][] weights, double cap)
        {
            ImportanceWeightStatistics measured = ImportanceWeightStatistics.Of(weights, cap);
            return measured with { Mean = Math.Round(measured.Mean, 6) };
        }
    }

    [Fact]
    public void The_loss_and_its_gradient_weigh_each_token()
    {
        // ρ = 1.5 and 0.5, A = 1: max(-1.5, -1.2) and max(-0.5, -0.8); weighted by 2 and 0.5: -2.4 and -0.25. Clipping stops the first one's gradient.
        using DisposeScope scope = NewDisposeScope();
        Tensor logProbabilities = zeros(2).requires_grad_();
        Tensor old = tensor(new[] { -MathF.Log(1.5f), MathF.Log(2) });
        (Tensor loss, Tensor clipped) = PpoLoss.Policy(logProbabilities, old, ones(2), clip: 0.2, weights: tensor(new[] { 2f, 0.5f }));
        loss.backward();
        Assert.Equal(-2.65, loss.ToDouble(), 1e-6);
        Assert.Equal(1, clipped.ToDouble());
        Close.Row([0, -0.25f], logProbabilities.grad!.data<float>().ToArray(), 1e-6);
    }

    [Fact]
    public void The_first_step_from_an_old_batch_is_at_the_policy_that_learns_and_weighs_tokens_by_how_it_sees_them()
    {
        PpoSettings settings = ToyTask.Settings with { Epochs = 1, Minibatches = 1, ImportanceWeightCap = 1.25 };
        using PpoRun run = ToyTask.Start(settings);
        using Transformer old = new Transformer(ToyTask.Config).Initialize(4);
        old.Parameters.Set("wte.weight", [.. old.Parameters.Get("wte.weight").Select(weight => weight * 10)]); // another policy by far
        Trajectory[] batch = [.. ToyTask.Sample(old, old, settings, 0).Select(episode => episode with { Values = new float[episode.Response.Length] })];
        float[][] proximal = LogProbabilities.Of(run.Policy, [.. batch.Select(episode => (episode.Query, episode.Response))]);
        float[][] advantages = PpoTargets.Of(batch, [.. batch.Select(episode => episode.Values!)], settings.KlCoefficient, settings).Advantages;
        double expected = 0, sum = 0;
        int capped = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            for (int t = 0; t < proximal[i].Length; t++)
            {
                double ratio = Math.Exp(proximal[i][t] - batch[i].BehaviourLogProbabilities[t]);
                if (ratio > 1.25) capped++;
                expected -= advantages[i][t] * Math.Min(ratio, 1.25);
                sum += Math.Min(ratio, 1.25);
            }
        }

        double tokens = proximal.Sum(row => row.Length);
        Assert.InRange(capped, 1, tokens - 1);
        PpoStatistics statistics = run.Learner.Update(batch);
        Assert.Equal(expected / tokens, statistics.PolicyLoss, 1e-5);
        Dictionary<string, double> metrics = statistics.Metrics().ToDictionary();
        Assert.Equal(sum / tokens, metrics["ppo/importance/weight"], 1e-5);
        Assert.Equal(capped / tokens, metrics["ppo/importance/capfrac"], 1e-9);
        Assert.Equal(0, statistics.ClipFraction);
        Assert.Equal(0, statistics.ApproximateKl, 1e-9);
        using PpoRun without = ToyTask.Start(settings with { ImportanceWeightCap = 0 });
        PpoStatistics unweighted = without.Learner.Update(batch);
        Assert.True(unweighted.ClipFraction > 0.1);
        Assert.DoesNotContain(unweighted.Metrics(), metric => metric.Key.StartsWith("ppo/importance", StringComparison.Ordinal));
    }

    [Fact]
    public void From_a_batch_of_its_own_it_learns_the_same()
    {
        PpoSettings settings = ToyTask.Settings;
        using PpoRun plain = ToyTask.Start(settings), weighted = ToyTask.Start(settings with { ImportanceWeightCap = 2 });
        Trajectory[] batch = ToyTask.Sample(plain.Policy, plain.Policy, settings, 0);
        PpoStatistics expected = plain.Learner.Update(batch), statistics = weighted.Learner.Update(batch);
        Assert.Equal(expected.PolicyLoss, statistics.PolicyLoss, 1e-5);
        Assert.Equal(expected.GradientNorm, statistics.GradientNorm, 1e-4);
        Assert.Equal(1, statistics.ImportanceWeights!.Mean, 1e-5);
    }
}
