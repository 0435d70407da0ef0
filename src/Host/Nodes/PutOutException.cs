namespace ActorRlhf.Host.Nodes;

/// <summary>The others of the cluster have declared this node dead, because it was silent for too long. Started again it is welcome.</summary>
/// <param name="message">What happened.</param>
public sealed class PutOutException(string message) : Exception(message);
