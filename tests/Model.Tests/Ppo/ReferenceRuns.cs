using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>Turns the reference's cases into the product's records.</summary>
internal static class ReferenceRuns
{
    internal static PpoSettings Settings(PpoReference.Options options) => new()
    {
        BatchSize = PpoReference.Numbers.Episodes.Length,
        Epochs = options.Epochs,
        Optimizer = new()
        {
            LearningRate = options.LearningRate,
            Decay = LearningRateDecay.Constant,
            Beta2 = 0.999,
            Epsilon = 1e-3,
            MaxGradientNorm = options.MaxGradientNorm > 0 ? options.MaxGradientNorm : 1e9,
        },
        Temperature = options.Temperature,
        ResponseLength = PpoReference.Numbers.ResponseLength,
        Gamma = options.Gamma,
        Lambda = options.Lam,
        PolicyClip = options.PolicyClip,
        ValueClip = options.ValueClip,
        ValueLossCoefficient = options.ValueCoefficient,
        EntropyCoefficient = options.EntropyCoefficient,
        KlCoefficient = options.KlCoefficient,
        KlControl = KlControl.Adaptive,
        KlTarget = options.KlTarget,
        KlHorizon = options.KlHorizon,
        WhitenRewards = options.WhitenRewards,
        WhitenAdvantages = options.WhitenAdvantages,
        ValueFunction = options.Value == "head" ? ValueFunctionKind.Head : ValueFunctionKind.Separate,
    };

    internal static Trajectory[] Batch(PpoReference.Case expected) =>
    [
        .. PpoReference.Numbers.Episodes.Select((episode, i) => new Trajectory(
            i, episode.Query, episode.Response, expected.Behaviour[i], expected.Reference[i],
            ResponseEnd.Score(episode.Response, PpoReference.Numbers.EndOfText, episode.RawScore, Settings(expected.Options)), 0,
            expected.Options.RecordedValues ? expected.Values[i] : null)),
    ];

    /// <summary>The reference's policy.</summary>
    internal static Transformer Policy()
    {
        var policy = new Transformer(Config(PpoReference.Numbers.PolicyLayers));
        Fill(policy.Parameters, PpoReference.Numbers.Policy);
        return policy;
    }

    /// <summary>A learner with the reference's weights.</summary>
    internal static PpoRun Start(PpoReference.Case expected, PpoSettings settings)
    {
        if (expected.Options.Value == "head")
        {
            var run = new PpoRun(settings, Policy(), null);
            Fill(run.Value.Parameters, PpoReference.Numbers.Head);
            return run;
        }

        var network = new ScalarNetwork(Config(PpoReference.Numbers.ValueLayers));
        Fill(network.Parameters, PpoReference.Numbers.Value);
        return new PpoRun(settings, Policy(), network);
    }

    internal static void HasWeights(Dictionary<string, PpoReference.Weight> expected, ParameterBlock actual, double tolerance)
    {
        Assert.Equal(expected.Keys.Order(), actual.Shapes.Select(shape => shape.Name).Order());
        foreach ((string name, PpoReference.Weight weight) in expected)
            Close.Row(weight.Data, actual.Get(name), tolerance, name);
    }

    private static TransformerConfig Config(int layers) => new()
    {
        VocabularySize = PpoReference.Numbers.Vocabulary,
        ContextLength = PpoReference.Numbers.Context,
        Width = PpoReference.Numbers.Width,
        Heads = PpoReference.Numbers.Heads,
        Layers = layers,
    };

    private static void Fill(ParameterBlock parameters, Dictionary<string, PpoReference.Weight> weights)
    {
        foreach ((string name, PpoReference.Weight weight) in weights)
            parameters.Set(name, weight.Data);
    }
}
