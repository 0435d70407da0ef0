namespace ActorRlhf.Host.Operations;

/// <summary>Something that an operator has done, or tried to: a line of <c>GET /api/audit</c>.</summary>
public sealed record AuditEntry
{
    /// <summary>Its number; later ones are larger.</summary>
    public long Id { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who says to have asked, such as <c>ann@desk</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>The network address that it was asked from.</summary>
    public required string From { get; init; }

    /// <summary>The node that was asked.</summary>
    public required string Node { get; init; }

    /// <summary>What: <c>pause</c>, <c>resume</c>, <c>set</c>, <c>checkpoint</c>, <c>drain</c> or <c>leave</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what: a setting with its value, a node, accepted alarms; empty for the whole run.</summary>
    public string Argument { get; init; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What came of it; null where nobody knows: the node has ended meanwhile, or is still at it.</summary>
    public string? Outcome { get; init; }

    /// <summary>Whether it was done; null where nobody knows.</summary>
    public bool? Done { get; init; }
}
