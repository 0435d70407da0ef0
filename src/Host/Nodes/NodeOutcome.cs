namespace ActorRlhf.Host.Nodes;

/// <summary>How a node's work ended by itself.</summary>
/// <param name="Failure">Why it cannot go on; null when every episode of the run is trained.</param>
/// <param name="IsPutOut">Whether that is because the others declared it dead. It has lost nothing that counts and may come back.</param>
/// <param name="IsSentAway">Whether an operator told it to leave.</param>
public sealed record NodeOutcome(string? Failure = null, bool IsPutOut = false, bool IsSentAway = false);
