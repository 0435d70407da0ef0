using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Training;

public sealed class AdamWTests
{
    // torch.optim.AdamW (1.13) over w = [[1, -2], [3, 4]], b = [0.5, -0.5] and the loss Σ w² + Σ b³, three steps with
    // lr 0.1, betas (0.9, 0.95), eps 1e-8, weight decay 0.1 on w and 0 on b, printed by python3-torch.
    private static readonly float[] ExpectedMatrix = [0.67455441f, -1.64408052f, 2.61420035f, 3.58442283f];
    private static readonly float[] ExpectedVector = [0.21145095f, -0.79672796f];

    [Fact]
    public void Three_steps_are_pytorchs()
    {
        using var scope = NewDisposeScope();
        using var parameters = new ParameterBlock([new TensorShape("w", [2, 2]), new TensorShape("b", [2])]);
        parameters.Set("w", [1, -2, 3, 4]);
        parameters.Set("b", [0.5f, -0.5f]);
        using var optimizer = new AdamW(parameters, new OptimizerSettings { WeightDecay = 0.1 });
        for (var step = 0; step < 3; step++)
        {
            optimizer.ZeroGradient();
            (parameters["w"].pow(2).sum() + parameters["b"].pow(3).sum()).backward();
            optimizer.Step(0.1);
        }
        Close(ExpectedMatrix, parameters.Get("w"));
        Close(ExpectedVector, parameters.Get("b"));
    }

    [Fact]
    public void Clipping_scales_a_long_gradient_to_the_limit_and_leaves_a_short_one()
    {
        using var scope = NewDisposeScope();
        using var parameters = new ParameterBlock([new TensorShape("w", [2])]);
        using var optimizer = new AdamW(parameters, new OptimizerSettings());
        parameters.Gradient!.narrow(0, 0, 2).copy_(tensor(new float[] { 3, 4 }));
        Assert.Equal(5, optimizer.ClipGradientNorm(10), 1e-6);
        Assert.Equal(5, optimizer.ClipGradientNorm(1), 1e-6);
        Close([0.6f, 0.8f], parameters.Gradient.narrow(0, 0, 2).data<float>().ToArray());
    }

    [Theory]
    [InlineData(LearningRateDecay.Linear, 0, 1.0)]
    [InlineData(LearningRateDecay.Linear, 50, 0.5)]
    [InlineData(LearningRateDecay.Linear, 100, 0.0)]
    [InlineData(LearningRateDecay.Cosine, 50, 0.5)]
    [InlineData(LearningRateDecay.Cosine, 25, 0.8535533905932737)]
    [InlineData(LearningRateDecay.Constant, 99, 1.0)]
    public void The_rate_falls_as_its_schedule_says(LearningRateDecay decay, long step, double share)
    {
        var settings = new OptimizerSettings { LearningRate = 1, Decay = decay };
        Assert.Equal(share, settings.LearningRateAt(step, 100), 1e-12);
    }

    [Fact]
    public void The_rate_rises_linearly_in_the_warm_up_and_ends_at_its_final_share()
    {
        var settings = new OptimizerSettings { LearningRate = 1, WarmupShare = 0.1, FinalShare = 0.2 };
        Assert.Equal(1.0 / 11, settings.LearningRateAt(0, 100), 1e-12);
        Assert.Equal(10.0 / 11, settings.LearningRateAt(9, 100), 1e-12);
        Assert.Equal(1, settings.LearningRateAt(10, 100), 1e-12);
        Assert.Equal(0.2, settings.LearningRateAt(100, 100), 1e-12);
    }

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
    }
}
