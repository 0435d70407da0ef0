namespace ActorRlhf.Host.Nodes;

/// <summary>What a log looks like.</summary>
public enum LogFormat
{
    /// <summary>A line for each entry, with time, level, category and message; the lines of an exception follow.</summary>
    Text,

    /// <summary>An object of JSON on a line for each entry, exceptions included, see <see cref="LogLine"/>.</summary>
    Json,
}
