using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>The real training loop on a toy model, with each option turned.</summary>
public sealed class PpoTrainingTests
{
    public static TheoryData<string> Options => [.. Turned.Keys];

    private static readonly Dictionary<string, Func<PpoSettings, PpoSettings>> Turned = new()
    {
        ["defaults"] = s => s,
        ["value head"] = s => s with { ValueFunction = ValueFunctionKind.Head },
        ["adaptive KL"] = s => s with { KlControl = KlControl.Adaptive, KlTarget = 1, KlHorizon = 500 },
        ["no KL penalty"] = s => s with { KlCoefficient = 0 },
        ["rewards as they are"] = s => s with { WhitenRewards = false },
        ["advantages as they are"] = s => s with { WhitenAdvantages = false },
        ["minibatches"] = s => s with { Minibatches = 4, Epochs = 2 },
        ["one epoch"] = s => s with { Epochs = 1, Optimizer = s.Optimizer with { LearningRate = 2e-2 } },
        ["entropy bonus"] = s => s with { EntropyCoefficient = 0.01 },
        ["low temperature"] = s => s with { Temperature = 0.7 },
        ["high temperature"] = s => s with { Temperature = 1.3 },
        ["discount"] = s => s with { Gamma = 0.95, Lambda = 0.9 },
        ["rewards alone"] = s => s with { Lambda = 1 },
        ["constant learning rate"] = s => s with { Optimizer = s.Optimizer with { Decay = LearningRateDecay.Constant } },
        ["warm-up and weight decay"] = s => s with { Optimizer = s.Optimizer with { WarmupShare = 0.1, WeightDecay = 0.01 } },
        ["tight gradient clipping"] = s => s with { Optimizer = s.Optimizer with { MaxGradientNorm = 0.1 } },
        ["narrow clips"] = s => s with { PolicyClip = 0.1, ValueClip = 0.1 },
        ["heavy value loss"] = s => s with { ValueLossCoefficient = 1 },
        ["harsh unended score"] = s => s with { UnendedScore = -2 },
        ["little memory"] = s => s with { ForwardTokens = 32, LogitsAtOnce = 100 },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void The_policy_learns_to_please_and_to_end(string option)
    {
        PpoSettings settings = Turned[option](ToyTask.Settings);
        using PpoRun run = ToyTask.Start(settings);

        PpoStatistics[] history = ToyTask.Train(run, settings, updates: 25);

        double first = history[0].Score, last = history[^3..].Average(s => s.Score);
        Assert.True(first < 0.2 && last > 0.6, FormattableString.Invariant($"mean score went from {first} to {last}"));
        Assert.All(history, s => Assert.All(s.Metrics(), metric => Assert.True(double.IsFinite(metric.Value), metric.Key)));
        Assert.Equal(new PpoState(25, 25 * 64, run.Learner.State.KlCoefficient), run.Learner.State);
    }

    [Fact]
    public void The_kl_penalty_holds_the_policy_near_its_reference()
    {
        PpoSettings loose = ToyTask.Settings with { KlCoefficient = 0 }, tight = ToyTask.Settings with { KlCoefficient = 1 };
        using PpoRun looseRun = ToyTask.Start(loose), tightRun = ToyTask.Start(tight);

        double looseKl = ToyTask.Train(looseRun, loose, 25)[^1].Kl, tightKl = ToyTask.Train(tightRun, tight, 25)[^1].Kl;

        Assert.True(tightKl < 0.5 * looseKl, FormattableString.Invariant($"KL was {tightKl} with β = 1 and {looseKl} without"));
    }

    [Fact]
    public void The_learning_rate_falls_linearly_to_zero_over_the_runs_episodes()
    {
        PpoSettings settings = ToyTask.Settings with { Epochs = 1, BatchSize = 16, TotalEpisodes = 64 };
        using PpoRun run = ToyTask.Start(settings);

        PpoStatistics[] history = ToyTask.Train(run, settings, updates: 5);

        Close.Row([5e-3f, 3.75e-3f, 2.5e-3f, 1.25e-3f, 0f], [.. history.Select(s => (float)s.LearningRate)], 1e-7);
    }

    [Theory]
    [InlineData(ValueFunctionKind.Separate)]
    [InlineData(ValueFunctionKind.Head)]
    public void A_replayed_update_gives_the_same_weights_bit_for_bit(ValueFunctionKind kind)
    {
        PpoSettings settings = ToyTask.Settings with { Minibatches = 3, ValueFunction = kind };
        using PpoRun run = ToyTask.Start(settings);
        ToyTask.Train(run, settings, updates: 2);
        using PpoRun resumed = run.Resumed(settings);
        using Transformer reference = run.Policy.Clone();
        Trajectory[] batch = ToyTask.Sample(run.Policy, reference, settings, batch: 2);

        PpoStatistics one = run.Learner.Update(batch), other = resumed.Learner.Update(batch);

        Assert.Equal(one, other);
        Assert.Equal(run.Weights(), resumed.Weights());
        Assert.Equal(run.Learner.State, resumed.Learner.State);
    }

    [Fact]
    public void Another_seed_shuffles_minibatches_differently()
    {
        PpoSettings settings = ToyTask.Settings with { Minibatches = 3 };
        using PpoRun one = ToyTask.Start(settings), other = ToyTask.Start(settings with { Seed = 2 });

        ToyTask.Train(one, settings, updates: 1);
        ToyTask.Train(other, settings, updates: 1);

        Assert.NotEqual(one.Weights(), other.Weights());
    }

    [Theory]
    [InlineData("policy", "ppo/loss/policy", "update 1, epoch 0, minibatch 0")]
    [InlineData("value", "ppo/val/mean", "update 1, before its first step")]
    public void NaN_in_weights_is_an_error_that_names_the_metric_and_the_update_and_takes_no_step(string network, string metric, string where)
    {
        using PpoRun run = ToyTask.Start(ToyTask.Settings);
        using Transformer reference = run.Policy.Clone();
        ToyTask.Train(run, ToyTask.Settings, updates: 1);
        Trajectory[] batch = ToyTask.Sample(run.Policy, reference, ToyTask.Settings, batch: 1);
        ParameterBlock broken = network == "policy" ? run.Policy.Parameters : run.Value.Parameters;
        broken.Set("h.0.mlp.c_fc.bias", [float.NaN, .. new float[63]]);
        float[] before = run.Weights();

        var error = Assert.Throws<TrainingDivergedException>(() => run.Learner.Update(batch));

        Assert.Equal(metric, error.Metric);
        Assert.Contains(where, error.Message);
        Assert.Equal(before, run.Weights());
        Assert.Equal(1, run.Learner.State.Updates);
    }

    [Fact]
    public void A_step_that_blows_up_is_an_error_and_the_weights_are_those_of_the_step_before()
    {
        // A behaviour log-probability so low that the ratio overflows: the loss is infinite though every input is finite.
        using PpoRun run = ToyTask.Start(ToyTask.Settings);
        float[] before = run.Weights();
        Trajectory[] batch = [new(0, [1], [3, 0], [-200, -200], [-1, -1], 1, 0), new(1, [1], [4, 0], [-2, -2], [-1, -1], -5, 0)];

        var error = Assert.Throws<TrainingDivergedException>(() => run.Learner.Update(batch));

        Assert.Equal("ppo/loss/policy", error.Metric);
        Assert.Equal(double.PositiveInfinity, error.Value);
        Assert.Equal(before, run.Weights());
    }

    [Fact]
    public void A_batch_that_does_not_fit_the_network_is_an_error_that_names_the_episode()
    {
        using PpoRun run = ToyTask.Start(ToyTask.Settings);
        var good = new Trajectory(77, [1, 2], [3, 0], [-1, -1], [-1, -1], 1, 0);

        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => run.Learner.Update([])).Message);
        Assert.Contains("Episode 77 has 14 tokens", Assert.Throws<ArgumentException>(() => run.Learner.Update([good with { Query = new int[12] }])).Message);
        Assert.Contains("Episode 77 has token 10", Assert.Throws<ArgumentException>(() => run.Learner.Update([good with { Query = [1, 10] }])).Message);
        Assert.Contains("Episode 77", Assert.Throws<ArgumentException>(() => run.Learner.Update([good with { Score = float.NaN }])).Message);
    }

    [Fact]
    public void A_batch_of_one_immediate_end_is_learned_from()
    {
        using PpoRun run = ToyTask.Start(ToyTask.Settings);

        PpoStatistics statistics = run.Learner.Update([new Trajectory(0, [1], [ToyTask.End], [-2.3f], [-2.3f], 0.5f, 0)]);

        Assert.Equal(1, statistics.ResponseTokens);
        Assert.All(statistics.Metrics(), metric => Assert.True(double.IsFinite(metric.Value), metric.Key));
    }
}
