namespace ActorRlhf.Model.Data;

/// <summary>Why a raw pair did not become an example. A pair counts under the first reason that applies, in this order.</summary>
public enum DropReason
{
    /// <summary>No description below the synopsis.</summary>
    NoDescription,

    /// <summary>A transitional or dummy package: its text speaks of an upgrade, not of what the package is.</summary>
    Transitional,

    /// <summary>Debugging symbols.</summary>
    DebugSymbols,

    /// <summary>The description is shorter than the limit.</summary>
    DescriptionTooShort,

    /// <summary>The description is longer than the limit.</summary>
    DescriptionTooLong,

    /// <summary>The synopsis has fewer words than the limit.</summary>
    SynopsisTooShort,

    /// <summary>The synopsis has more words than the limit.</summary>
    SynopsisTooLong,

    /// <summary>The description begins with the synopsis: copying the first words would be the whole task.</summary>
    BeginsWithSynopsis,

    /// <summary>Not one content word of the synopsis stands in the description: nothing to learn it from.</summary>
    NothingInCommon,

    /// <summary>Phrases that many packages share make up the description; too few words are its own.</summary>
    Boilerplate,

    /// <summary>The same description, numbers and punctuation apart, as a pair that was kept.</summary>
    SameDescription,

    /// <summary>The same synopsis, a suffix such as "- development files" apart, as a pair that was kept.</summary>
    SameSynopsis,

    /// <summary>Nearly the same description as a kept pair of the same source package.</summary>
    SimilarSibling,

    /// <summary>In validation or test by its source, but most of its text stands in the training split (or, for test, in validation).</summary>
    SeenInTraining,
}

/// <summary>What cleaning did, by the numbers.</summary>
/// <param name="Raw">Pairs read.</param>
/// <param name="Kept">Examples that came of them.</param>
/// <param name="Dropped">Pairs dropped, by reason; reasons that never applied are not listed.</param>
public sealed record CleaningReport(int Raw, int Kept, IReadOnlyDictionary<DropReason, int> Dropped);
