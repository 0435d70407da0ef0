namespace ActorRlhf.Host.Operations;

/// <summary>Something that changes and is told to whoever listens.</summary>
/// <param name="Name">What the event is called.</param>
/// <param name="Begin">Begins to look, when somebody begins to listen. What it gives says how it is now, as JSON in one line; null where that has not changed, or cannot be told now.</param>
internal sealed record EventSource(string Name, Func<Func<CancellationToken, Task<byte[]?>>> Begin)
{
    /// <summary>It is looked at every so many of <see cref="EventFeed.Period"/>.</summary>
    public int Every { get; init; } = 1;

    /// <summary>One that is looked at without knowing what it was.</summary>
    public static EventSource Of(string name, Func<Task<byte[]?>> read) => new(name, () => _ => read());
}
