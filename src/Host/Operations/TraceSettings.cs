using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Host.Operations;

/// <summary>Which episodes' traces a node writes down.</summary>
public sealed record TraceSettings
{
    /// <summary>One episode in so many has its spans written to <c>traces/NODE.jsonl</c> in the run's folder, the same ones on all nodes; 0 for none.</summary>
    [Range(0, 1_000_000_000)]
    public int Every { get; init; }
}
