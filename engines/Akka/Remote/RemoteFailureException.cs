using Akka.Actor;

namespace Akka.Remote;

/// <summary>
/// An exception of another process: its type's name and its message, as nothing is made because its type's name came over the wire.
/// </summary>
internal sealed class RemoteFailureException(string message) : AkkaException(message);
