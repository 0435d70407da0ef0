namespace Akka.Remote.Transport;

/// <summary>What a peer sent cannot be read or is not allowed; the connection is closed and the message is the logged reason.</summary>
internal sealed class ProtocolException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The peer has quarantined this incarnation of this system.</summary>
    public bool IsQuarantine { get; init; }
}
