namespace ActorRlhf.Host.Operations;

/// <summary>
/// A node: <c>GET /api/node</c> is what it says of itself. In a <see cref="ClusterReport"/> the membership's view is added; of one that did not answer there is that alone.
/// </summary>
public sealed record NodeReport
{
    /// <summary>The <see cref="Status"/> of one that has not answered, or that the membership holds to be silent.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The <see cref="Status"/> of one that is no member any more.</summary>
    public const string Gone = "gone";

    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its control port, an HTTP address.</summary>
    public required string Address { get; init; }

    /// <summary>Its address in the cluster.</summary>
    public required string Member { get; init; }

    /// <summary>What it does.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset UpSince { get; init; }

    /// <summary><c>up</c>, <c>leaving</c> and so on, as its peers see it; <see cref="Unreachable"/> also for a member that does not answer; <see cref="Gone"/>.</summary>
    public required string Status { get; init; }

    /// <summary>How the membership sees it, as the asked node knows that; the same as <see cref="Status"/> but for a member that does not answer.</summary>
    public string Membership { get; init; } = "";

    /// <summary>When it said what stands here; null where it has said nothing.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>Why there is nothing more to say of it; null where it has answered.</summary>
    public string? Silence { get; init; }

    /// <summary>When it was found to be no member any more; null for members.</summary>
    public DateTimeOffset? GoneSince { get; init; }

    /// <summary>The members that it holds to be silent, by name.</summary>
    public IReadOnlyList<string> Misses { get; init; } = [];

    /// <summary>The nodes that hold it to be silent, by name.</summary>
    public IReadOnlyList<string> MissedBy { get; init; } = [];

    /// <summary>Its process.</summary>
    public int? Pid { get; init; }

    /// <summary>Memory that the process has in RAM, in bytes.</summary>
    public long? RssBytes { get; init; }

    /// <summary>Processors that the process may use.</summary>
    public int? Processors { get; init; }

    /// <summary>How many of the processors the process has used lately, on average.</summary>
    public double? ProcessorsBusy { get; init; }

    /// <summary>Threads of the process.</summary>
    public int? Threads { get; init; }

    /// <summary>The program's version.</summary>
    public string? Version { get; init; }

    /// <summary>Its actors, by path.</summary>
    public IReadOnlyList<ActorReport> Actors { get; init; } = [];

    /// <summary>Its last warnings and errors, the latest last.</summary>
    public IReadOnlyList<string> Troubles { get; init; } = [];
}
