namespace Akka.Configuration.Hocon;

/// <summary>A parsed text: its tree and its substitutions.</summary>
public class HoconRoot(HoconValue value, IEnumerable<HoconSubstitution> substitutions)
{
    /// <summary>A tree without substitutions.</summary>
    public HoconRoot(HoconValue value)
        : this(value, [])
    {
    }

    /// <summary>The tree.</summary>
    public HoconValue Value { get; } = value;

    /// <summary>The substitutions in the order of the text.</summary>
    public IEnumerable<HoconSubstitution> Substitutions { get; } = substitutions;
}
