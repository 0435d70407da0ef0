namespace ActorRlhf.Host.Operations;

/// <summary>Something that must hold of the account.</summary>
/// <param name="Statement">What, in words.</param>
/// <param name="Numbers">The same with the numbers put in.</param>
/// <param name="Holds">Whether it does.</param>
/// <param name="Shards">The shards where it does not; empty for a statement about all of them together.</param>
public sealed record InvariantCheck(string Statement, string Numbers, bool Holds, IReadOnlyList<int> Shards);
