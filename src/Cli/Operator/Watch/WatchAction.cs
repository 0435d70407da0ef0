namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>Something that a key has <c>rlhf watch</c> do.</summary>
public abstract record WatchAction
{
    /// <summary>End.</summary>
    public sealed record Quit : WatchAction;

    /// <summary>Have a node do something.</summary>
    /// <param name="Path">What, such as <c>/api/pause</c>.</param>
    /// <param name="Query">With what; null values are left out.</param>
    public sealed record Post(string Path, IReadOnlyList<KeyValuePair<string, string?>> Query) : WatchAction;
}
