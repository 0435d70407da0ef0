using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Node.Remote;

/// <summary>A message with a number, and bytes that make it as large as a test wants.</summary>
public sealed record Numbered(long Number, byte[] Ballast);

/// <summary>A message that carries a reference.</summary>
public sealed record Introduction(IActorRef Whom, string Name);

