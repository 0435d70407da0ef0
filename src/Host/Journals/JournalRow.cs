namespace ActorRlhf.Host.Journals;

/// <summary>An event as it stands in the journal's table.</summary>
/// <param name="SequenceNr">Its number among its actor's.</param>
/// <param name="Manifest">What its bytes are.</param>
/// <param name="Message">Its bytes, or the first of them.</param>
/// <param name="Bytes">The bytes of all its columns.</param>
/// <param name="Written">When it was written, by the clock of the node that did.</param>
public sealed record JournalRow(long SequenceNr, string Manifest, byte[] Message, long Bytes, DateTimeOffset Written = default);
