using Akka.Actor;

namespace ActorRlhf.Host.Nodes;

/// <summary>A node as the membership knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Member">Its address in the cluster.</param>
/// <param name="Http">Its control port.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Started">Since when it has been there.</param>
/// <param name="Status">In a word: <c>up</c>, <c>leaving</c>, <c>unreachable</c> and so on; <c>gone</c> for one that is no member any more.</param>
/// <param name="GoneSince">When it was found to be no member any more; null for members.</param>
public sealed record KnownNode(string Name, Address Member, string Http, IReadOnlyList<string> Roles, DateTimeOffset Started, string Status, DateTimeOffset? GoneSince);
