namespace ActorRlhf.Host.Operations;

/// <summary>How far an episode is.</summary>
public enum StoryPhase
{
    /// <summary>Nobody works on it yet, or not any more.</summary>
    Unissued,

    /// <summary>A rollout has it.</summary>
    Leased,

    /// <summary>It is generated, scored and journaled.</summary>
    Held,

    /// <summary>It is in a journaled batch, which is trained on next.</summary>
    Formed,

    /// <summary>It is trained on.</summary>
    Trained,
}
