namespace ActorRlhf.Model.Data;

/// <summary>What makes a package's description and synopsis a pair worth learning from, and how pairs are parted into splits.</summary>
public sealed record DebianCleaning
{
    /// <summary>Shortest description kept, in characters.</summary>
    public int MinDescriptionCharacters { get; init; } = 100;

    /// <summary>Longest description kept, in characters.</summary>
    public int MaxDescriptionCharacters { get; init; } = 1_000;

    /// <summary>Fewest words a synopsis has.</summary>
    public int MinSynopsisWords { get; init; } = 3;

    /// <summary>Most words a synopsis has.</summary>
    public int MaxSynopsisWords { get; init; } = 12;

    /// <summary>Fewest words a description has outside of phrases that many packages share.</summary>
    public int MinOwnWords { get; init; } = 8;

    /// <summary>A run of five words that stands in the descriptions of more source packages than this is such a phrase.</summary>
    public int PhraseSources { get; init; } = 20;

    /// <summary>Packages of one source whose descriptions share more than this part of their words (Jaccard index) count as one.</summary>
    public double SiblingSimilarity { get; init; } = 0.9;

    /// <summary>A held-out description is dropped when more than this part of its runs of five words also stand in the training split.</summary>
    public double MaxSeenInTraining { get; init; } = 0.5;

    /// <summary>The part of the source packages that goes to validation.</summary>
    public double ValidationShare { get; init; } = 0.05;

    /// <summary>The part of the source packages that goes to test: enough that a win rate is known to a hundredth.</summary>
    public double TestShare { get; init; } = 0.15;

    /// <summary>Decides the order of the examples, not what split they are in: a source package stays in its split for good.</summary>
    public int Seed { get; init; }

    /// <exception cref="UserErrorException">A value is out of range.</exception>
    internal void Validate()
    {
        Check(MinDescriptionCharacters >= 1 && MinDescriptionCharacters <= MaxDescriptionCharacters, nameof(MinDescriptionCharacters),
            MinDescriptionCharacters, $"1 to {nameof(MaxDescriptionCharacters)} ({MaxDescriptionCharacters})");
        Check(MinSynopsisWords >= 1 && MinSynopsisWords <= MaxSynopsisWords, nameof(MinSynopsisWords),
            MinSynopsisWords, $"1 to {nameof(MaxSynopsisWords)} ({MaxSynopsisWords})");
        Check(MinOwnWords >= 0, nameof(MinOwnWords), MinOwnWords, "0 or more");
        Check(PhraseSources is >= 1 and < byte.MaxValue, nameof(PhraseSources), PhraseSources, "1 to 254");
        Check(SiblingSimilarity is >= 0 and <= 1, nameof(SiblingSimilarity), SiblingSimilarity, "0 to 1");
        Check(MaxSeenInTraining is >= 0 and <= 1, nameof(MaxSeenInTraining), MaxSeenInTraining, "0 to 1");
        Check(ValidationShare > 0, nameof(ValidationShare), ValidationShare, "above 0");
        Check(TestShare > 0 && ValidationShare + TestShare < 1, nameof(TestShare), TestShare, $"above 0, and below 1 with {nameof(ValidationShare)}");

        static void Check(bool holds, string name, object value, string range)
        {
            if (!holds) throw new UserErrorException(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
        }
    }
}
