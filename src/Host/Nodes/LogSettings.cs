namespace ActorRlhf.Host.Nodes;

/// <summary>How nodes log.</summary>
public sealed record LogSettings
{
    /// <summary>What a node's log looks like: <c>text</c> for people, <c>json</c> for programs that collect it. <c>rlhf logs</c> shows both.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;
}
