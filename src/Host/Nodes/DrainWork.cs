namespace ActorRlhf.Host.Nodes;

/// <summary>Tells a node's watch to have the node's workers finish, and to take their end for what it is.</summary>
internal sealed class DrainWork
{
    /// <summary>The only one.</summary>
    public static readonly DrainWork Instance = new();
}
