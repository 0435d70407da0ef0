namespace ActorRlhf.Host.Settings;

/// <summary>Where a key of a configuration was last given.</summary>
/// <param name="Source">The file as the user named it, or the <c>--set</c> option in full.</param>
/// <param name="Line">The line, from 1; 0 for an option.</param>
public readonly record struct SourcePosition(string Source, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? Source : $"{Source} line {Line}";
}
