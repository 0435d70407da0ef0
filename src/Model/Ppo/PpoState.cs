namespace ActorRlhf.Model.Ppo;

/// <summary>What a learner remembers between updates besides weights and the optimizers' moments; a checkpoint holds it.</summary>
/// <param name="Updates">Updates taken.</param>
/// <param name="Episodes">Episodes learned from.</param>
/// <param name="KlCoefficient">β of the next update.</param>
public sealed record PpoState(long Updates, long Episodes, double KlCoefficient)
{
    /// <summary>Where a run begins.</summary>
    public static PpoState Start(PpoSettings settings) => new(0, 0, settings.KlCoefficient);
}
