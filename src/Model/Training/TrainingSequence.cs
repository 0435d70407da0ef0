namespace ActorRlhf.Model.Training;

/// <summary>A sequence to learn to continue.</summary>
/// <param name="Tokens">The whole sequence, at least two tokens.</param>
/// <param name="LossStart">The first token that is predicted for a loss: 1 for a whole text, the query's length for a summary after its query.</param>
public sealed record TrainingSequence(int[] Tokens, int LossStart = 1)
{
    /// <summary>Tokens that carry a loss.</summary>
    public int Targets => Tokens.Length - LossStart;
}
