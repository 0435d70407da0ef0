using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>Turns the reference's cases into the product's records.</summary>
internal static class ReferenceRuns
{
    internal static PpoSettings Settings(PpoReference.Options options) => new()
    {
        BatchSize = PpoReference.Numbers.Episodes.Length,
        Epochs = options.Epochs,
        LearningRate = options.LearningRate,
        DecayLearningRate = false,
        MaxGradientNorm = options.MaxGradientNorm,
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
}
