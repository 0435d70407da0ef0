namespace ActorRlhf.Host.Diagnosis;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What: <c>blas</c>, <c>threads</c>.</param>
/// <param name="State">How it is.</param>
/// <param name="Value">What was found, in a line.</param>
/// <param name="Remedy">What to do about it, where something is to be done.</param>
/// <param name="Measured">The figure, where it was a measurement.</param>
/// <param name="Unit">The figure's unit.</param>
public sealed record Finding(string Name, FindingState State, string Value, string? Remedy = null, double? Measured = null, string? Unit = null)
{
    /// <summary>All is well.</summary>
    public static Finding Ok(string name, string value) => new(name, FindingState.Ok, value);

    /// <summary>It works, but worse than it could.</summary>
    public static Finding Warning(string name, string value, string remedy) => new(name, FindingState.Warning, value, remedy);

    /// <summary>It does not work.</summary>
    public static Finding Failed(string name, string value, string remedy) => new(name, FindingState.Failed, value, remedy);
}

/// <summary>How something is.</summary>
public enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, but worse than it could.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,
}
