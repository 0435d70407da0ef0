namespace ActorRlhf.Cli.Terminal;

/// <summary>What a piece of text on a screen means. Colours go with it where there are some; it never is the only sign of anything.</summary>
public enum Tone
{
    /// <summary>Ordinary text.</summary>
    Plain,

    /// <summary>A heading.</summary>
    Strong,

    /// <summary>What goes with something else: units, bounds, explanations.</summary>
    Faint,

    /// <summary>A curve or a bar.</summary>
    Figure,

    /// <summary>All is well.</summary>
    Good,

    /// <summary>Somebody should look.</summary>
    Warning,

    /// <summary>Something is wrong.</summary>
    Bad,

    /// <summary>A key to press.</summary>
    Key,
}
