using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Tests.Ppo;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Rewards;

/// <summary>Losses and statistics against <c>reference/reward_reference.py</c>.</summary>
public sealed class RewardLossTests
{
    private sealed record Comparisons(float[][] Rewards, int[] Choices, double[] Losses, float[][] Gradients, double MeanLoss, double Accuracy, double Margin);

    private static readonly Dictionary<string, Comparisons> Reference = Read();

    [Fact]
    public void The_pair_loss_and_its_gradient_are_those_of_an_independent_implementation()
    {
        using DisposeScope scope = NewDisposeScope();
        Comparisons expected = Reference["pairs"];
        Tensor chosen = tensor(expected.Rewards.Select((r, i) => r[expected.Choices[i]]).ToArray(), requires_grad: true);
        Tensor rejected = tensor(expected.Rewards.Select((r, i) => r[1 - expected.Choices[i]]).ToArray(), requires_grad: true);

        Tensor loss = RewardLoss.Pairs(chosen, rejected);
        loss.backward();

        Close.Number(expected.Losses.Sum(), loss.ToDouble(), 1e-5, "loss");
        Close.Row([.. expected.Gradients.Select((g, i) => g[expected.Choices[i]])], chosen.grad!.data<float>().ToArray(), 1e-6);
        Close.Row([.. expected.Gradients.Select((g, i) => g[1 - expected.Choices[i]])], rejected.grad!.data<float>().ToArray(), 1e-6);
    }

    [Fact]
    public void Centering_sums_the_squares_of_each_comparisons_sum()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rewards = tensor(new float[] { 1, 2, -1, 3 }, [2, 2]);
        Assert.Equal(9 + 4, RewardLoss.Centering(rewards).ToDouble(), 1e-6);
    }

    [Fact]
    public void The_k_way_loss_and_its_gradient_are_those_of_an_independent_implementation()
    {
        using DisposeScope scope = NewDisposeScope();
        Comparisons expected = Reference["fours"];
        Tensor rewards = tensor(expected.Rewards.SelectMany(r => r).ToArray(), [4, 4], requires_grad: true);

        Tensor loss = RewardLoss.KWay(rewards, tensor(expected.Choices.Select(c => (long)c).ToArray()));
        loss.backward();

        Close.Number(expected.Losses.Sum(), loss.ToDouble(), 1e-5, "loss");
        Close.Row([.. expected.Gradients.SelectMany(g => g)], rewards.grad!.data<float>().ToArray(), 1e-6);
    }

    [Theory]
    [InlineData("pairs")]
    [InlineData("fours")]
    [InlineData("mixed")]
    public void Loss_accuracy_and_margin_are_those_of_an_independent_implementation(string name)
    {
        Comparisons expected = Reference[name];

        RewardStatistics statistics = RewardStatistics.Of(expected.Rewards, expected.Choices);

        Close.Number(expected.MeanLoss, statistics.Loss, 1e-6, "loss");
        Close.Number(expected.Accuracy, statistics.Accuracy, 1e-12, "accuracy");
        Close.Number(expected.Margin, statistics.Margin, 1e-6, "margin");
    }

    [Fact]
    public void Statistics_of_no_preferences_are_an_error() =>
        Assert.Contains("no preferences", Assert.Throws<ArgumentException>(() => RewardStatistics.Of([], [])).Message);

    private static Dictionary<string, Comparisons> Read([CallerFilePath] string source = "")
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        string path = Path.Combine(Path.GetDirectoryName(source)!, "reference", "reward_reference.json");
        return JsonSerializer.Deserialize<Dictionary<string, Comparisons>>(File.ReadAllText(path), options)!;
    }
}
