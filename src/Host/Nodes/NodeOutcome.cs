namespace ActorRlhf.Host.Nodes;

/// <summary>How a node's work ended by itself.</summary>
/// <param name="Failure">Why it cannot go on; null when every episode of the run is trained.</param>
public sealed record NodeOutcome(string? Failure = null);
