namespace ActorRlhf.Actors.Operations;

/// <summary>Where an actor is in its life.</summary>
public enum ActorState
{
    /// <summary>It is being made.</summary>
    Starting,

    /// <summary>It reads its journal.</summary>
    Recovering,

    /// <summary>It receives messages.</summary>
    Running,

    /// <summary>It has failed and is made anew.</summary>
    Restarting,

    /// <summary>It has ended.</summary>
    Stopped,
}
