namespace ActorRlhf.Actors.Scoring;

/// <summary>Has a scorer of the same process ask for nothing more, score and report what it has, and stop when shards have answered all of it.</summary>
public sealed record DrainScorer
{
    /// <summary>The message.</summary>
    public static DrainScorer Instance { get; } = new();
}
