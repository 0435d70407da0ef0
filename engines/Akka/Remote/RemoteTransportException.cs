using Akka.Actor;

namespace Akka.Remote;

/// <summary>The network part of an actor system cannot start.</summary>
public class RemoteTransportException(string message, Exception? cause = null) : AkkaException(message, cause);
