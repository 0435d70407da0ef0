using Akka.Actor;

namespace Akka.Remote;

/// <summary>An exception of another process: its type's name and its message, since no type is made because its name came over the wire.</summary>
internal sealed class RemoteFailureException(string message) : AkkaException(message);
