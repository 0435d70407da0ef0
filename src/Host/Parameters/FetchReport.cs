namespace ActorRlhf.Host.Parameters;

/// <summary>How a version came.</summary>
/// <param name="Elapsed">The time it took.</param>
/// <param name="Chunks">Good chunks from each source, by its address.</param>
/// <param name="Dropped">Why a source was not asked any more, by its address.</param>
public sealed record FetchReport(TimeSpan Elapsed, IReadOnlyDictionary<string, int> Chunks, IReadOnlyDictionary<string, string> Dropped);
