using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>Whole updates of a tiny network against <c>reference/ppo_reference.py</c>, which is padded, in float64 and shares no code.</summary>
public sealed class PpoLearnerReferenceTests
{
    public static TheoryData<string> Cases => [.. PpoReference.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Log_probabilities_are_those_of_an_independent_implementation(string name)
    {
        PpoReference.Case expected = PpoReference.Numbers.Cases[name];
        using Transformer policy = ReferenceRuns.Policy();
        (int[], int[])[] sequences = [.. PpoReference.Numbers.Episodes.Select(e => (e.Query, e.Response))];

        Close.Rows(expected.LogProbabilities, LogProbabilities.Of(policy, sequences, expected.Options.Temperature), 1e-5);
        Close.Rows(expected.LogProbabilities,
            LogProbabilities.Of(policy, sequences, expected.Options.Temperature, forwardTokens: 7, logitsAtOnce: 20), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_update_is_that_of_an_independent_implementation(string name)
    {
        PpoReference.Case expected = PpoReference.Numbers.Cases[name];
        using var run = ReferenceRuns.Start(expected, ReferenceRuns.Settings(expected.Options));

        PpoStatistics statistics = run.Learner.Update(ReferenceRuns.Batch(expected));

        foreach ((string metric, double actual) in Measured(statistics))
            Close.Number(expected.Statistics[metric], actual, 1e-4, metric);
        Assert.Equal(expected.NextKlCoefficient, run.Learner.State.KlCoefficient, 1e-6);
        Assert.Equal((1, 5), (run.Learner.State.Updates, run.Learner.State.Episodes));
        ReferenceRuns.HasWeights(expected.PolicyAfter, run.Policy.Parameters, 1e-4);
        ReferenceRuns.HasWeights(expected.ValueAfter, run.Value.Parameters, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Computing_logits_a_row_and_gradients_a_sequence_at_a_time_changes_rounding_only(string name)
    {
        PpoReference.Case expected = PpoReference.Numbers.Cases[name];
        using var run = ReferenceRuns.Start(expected, ReferenceRuns.Settings(expected.Options) with { LogitsAtOnce = 1, ForwardTokens = 1 });

        PpoStatistics statistics = run.Learner.Update(ReferenceRuns.Batch(expected));

        foreach ((string metric, double actual) in Measured(statistics))
            Close.Number(expected.Statistics[metric], actual, 1e-4, metric);
        ReferenceRuns.HasWeights(expected.PolicyAfter, run.Policy.Parameters, 1e-4);
    }

    [Fact]
    public void Values_recorded_with_the_trajectory_are_used_and_missing_ones_computed()
    {
        PpoReference.Case expected = PpoReference.Numbers.Cases["defaults, one epoch"];
        Trajectory[] batch = ReferenceRuns.Batch(expected);
        // Half of the trajectories bring the very values the network would compute.
        Trajectory[] mixed = [.. batch.Select((e, i) => i % 2 == 0 ? e with { Values = expected.Values[i] } : e)];
        using var run = ReferenceRuns.Start(expected, ReferenceRuns.Settings(expected.Options));

        PpoStatistics statistics = run.Learner.Update(mixed);

        Close.Number(expected.Statistics["value_loss"], statistics.ValueLoss, 1e-5, "value loss");
        ReferenceRuns.HasWeights(expected.ValueAfter, run.Value.Parameters, 1e-4);
    }

    private static IEnumerable<(string Metric, double Value)> Measured(PpoStatistics s) =>
    [
        ("kl", s.Kl),
        ("response_entropy", s.ResponseEntropy),
        ("non_score_reward", s.ScoreTotal - s.Score),
        ("policy_loss", s.PolicyLoss),
        ("value_loss", s.ValueLoss),
        ("total_loss", s.TotalLoss),
        ("entropy", s.Entropy),
        ("approx_kl", s.ApproximateKl),
        ("clip_fraction", s.ClipFraction),
        ("return_mean", s.ReturnMean),
        ("return_variance", s.ReturnVariance),
        ("value_mean", s.ValueMean),
        ("value_variance", s.ValueVariance),
        ("value_prediction", s.ValuePrediction),
        ("value_error", s.ValueError),
        ("value_clip_fraction", s.ValueClipFraction),
        ("explained_variance", s.ExplainedVariance),
        ("gradient_norm", s.GradientNorm),
    ];
}
