namespace ActorRlhf.Model.Data;

/// <summary>When the package index is fetched anew.</summary>
public enum IndexRefresh
{
    /// <summary>Never; use what the machine has.</summary>
    Never,

    /// <summary>Only where neither the system's index nor our own copy holds long descriptions.</summary>
    WhenMissing,

    /// <summary>Each time.</summary>
    Always,
}

/// <summary>Where the machine's package index is, and where a copy of our own may go.</summary>
public sealed record DebianIndexOptions
{
    /// <summary>The folder of apt's index files. Read only.</summary>
    public string SystemLists { get; init; } = "/var/lib/apt/lists";

    /// <summary>dpkg's record of the installed packages, the last resort. Read only.</summary>
    public string DpkgStatus { get; init; } = "/var/lib/dpkg/status";

    /// <summary>A folder of ours that a refresh fills; the system's index is never written.</summary>
    public required string OwnFolder { get; init; }

    /// <summary>When to fetch the index into <see cref="OwnFolder"/>.</summary>
    public IndexRefresh Refresh { get; init; } = IndexRefresh.WhenMissing;

    /// <summary>How long a refresh may take before it is given up.</summary>
    public TimeSpan RefreshTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
