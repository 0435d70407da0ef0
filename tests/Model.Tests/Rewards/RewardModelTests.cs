using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Tests.Ppo;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Rewards;

public sealed class RewardModelTests
{
    private const int End = 0;

    private static readonly TransformerConfig Config = new() { VocabularySize = 12, ContextLength = 16, Width = 16, Layers = 1, Heads = 2 };

    private static readonly (int[] Query, int[] Response)[] Texts =
        [([1, 2, 3], [4, 5]), ([6], []), ([7, 8], [9, 10, 11, 1, End]), ([2, 2, 2, 2], [3, End]), ([5], [End])];

    [Fact]
    public void A_reward_is_the_networks_value_at_the_end_of_text_behind_the_response()
    {
        using ScalarNetwork network = Network();
        var model = new RewardModel(network, End);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();

        float[] expected = [.. Texts.Select(text =>
        {
            int[] read = [.. text.Query, .. text.Response.TakeWhile(t => t != End), End];
            return network.Values(PackedBatch.Pack([read])).data<float>().ToArray()[^1];
        })];

        Close.Row(expected, model.Score(Texts), 1e-5);
        Close.Row(expected, model.Score(Texts, forwardTokens: 6), 1e-5);
        Assert.True(expected.Distinct().Count() > 3);
    }

    [Fact]
    public void A_missing_end_of_text_is_added_and_a_present_one_is_not_doubled()
    {
        using ScalarNetwork network = Network();
        var model = new RewardModel(network, End);

        Assert.Equal([3, End], model.Ended([3]));
        Assert.Equal([3, End], model.Ended([3, End]));
        Assert.Equal([End], model.Ended([]));
    }

    [Fact]
    public void After_normalization_references_average_zero_and_differences_stay()
    {
        using ScalarNetwork network = Network();
        var model = new RewardModel(network, End);
        float[] before = model.Score(Texts);

        double mean = model.NormalizeBias(Texts);

        float[] after = model.Score(Texts);
        Assert.Equal(before.Average(), mean, 1e-5);
        Assert.True(Math.Abs(mean) > 0.01, "the test's model must start off zero");
        Assert.Equal(0, after.Average(), 1e-5);
        Close.Row([.. before.Select(s => s - before[0])], [.. after.Select(s => s - after[0])], 1e-5);
    }

    [Fact]
    public void Normalizing_by_nothing_or_by_a_broken_model_is_an_error()
    {
        using ScalarNetwork network = Network();
        var model = new RewardModel(network, End);

        Assert.Contains("none were given", Assert.Throws<ArgumentException>(() => model.NormalizeBias([])).Message);
        network.Parameters.Set("ln_f.bias", [.. Enumerable.Repeat(float.NaN, 16)]);
        Assert.Equal("reward/reference_mean", Assert.Throws<TrainingDivergedException>(() => model.NormalizeBias(Texts)).Metric);
    }

    [Fact]
    public void The_start_check_counts_how_often_the_reference_outranks_the_shuffled_summary()
    {
        RewardCheck check = RewardCheck.Of([1, 2, 3, 4], [0, 2, 9, -1], threshold: 0.6);
        Assert.Equal(0.625, check.Share);
        Assert.True(check.Passed);
        check.Require();

        RewardCheck flipped = RewardCheck.Of([0, 0, 1], [1, 2, 0], threshold: 0.6);
        Assert.False(flipped.Passed);
        Assert.Contains("33.3", Assert.Throws<UserErrorException>(flipped.Require).Message);
        Assert.Throws<ArgumentException>(() => RewardCheck.Of([], [], 0.5));
        Assert.Throws<ArgumentException>(() => RewardCheck.Of([1], [1, 2], 0.5));
    }

    [Fact]
    public void A_check_that_is_not_passed_says_against_what()
    {
        var check = RewardCheck.Of([1, 2], [2, 3], 0.5, RewardCheck.Truncated);
        Assert.StartsWith("the reward model ranks 0.0 % of reference summaries above truncated ones, which must be more than 50.0 %", Assert.Throws<UserErrorException>(check.Require).Message);
    }

    [Theory]
    [InlineData(new[] { 5, 6, 7, 8, 9, 0 }, new[] { 5, 6, 0 })]
    [InlineData(new[] { 5, 6, 7, 8 }, new[] { 5, 6, 0 })] // never ended
    [InlineData(new[] { 5, 6, 0 }, new[] { 5, 0 })]
    [InlineData(new[] { 5, 0 }, null)]
    [InlineData(new[] { 0 }, null)]
    public void A_truncated_summary_has_half_its_tokens_and_an_end(int[] summary, int[]? expected) => Assert.Equal(expected, RewardCheck.Truncate(summary, endOfText: 0));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public void No_text_is_its_own_partner_and_every_summary_is_used_once(int texts)
    {
        int[] partners = RewardCheck.Partners(texts, seed: 4);

        Assert.Equal(Enumerable.Range(0, texts), partners.Order());
        Assert.All(Enumerable.Range(0, texts), i => Assert.NotEqual(i, partners[i]));
        Assert.Equal(partners, RewardCheck.Partners(texts, seed: 4));
    }

    private static ScalarNetwork Network()
    {
        using Transformer body = new Transformer(Config).Initialize(3);
        ScalarNetwork network = ScalarNetwork.FromLanguageModel(body, 5);
        network.Parameters.Set(ScalarNetwork.HeadBias, [0.5f]);
        return network;
    }
}
