namespace ActorRlhf.Actors.Rollouts;

/// <summary>Has a rollout of the same process hand back what it has not begun, finish the rest, and stop when all of it is settled.</summary>
public sealed record DrainRollout
{
    /// <summary>The message.</summary>
    public static DrainRollout Instance { get; } = new();
}
