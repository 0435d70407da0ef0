using Akka.Actor;

namespace Akka.Cluster.Serialization;

/// <summary>What the engine's parts of different members say to each other.</summary>
internal interface IClusterMessage;

/// <summary>The members' table has changed.</summary>
internal sealed class LookAgain : IClusterMessage, Event.IDeadLetterSuppression
{
    public static readonly LookAgain Instance = new();
}

/// <summary>A shard that was on its way to the receiver is free.</summary>
internal sealed record ShardFree(string Shard) : IClusterMessage;
