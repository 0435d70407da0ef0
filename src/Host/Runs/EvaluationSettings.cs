using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Host.Runs;

/// <summary>What a policy is measured on.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Texts of the test split for the final figures; all of it where it has fewer.</summary>
    [Range(1, 10_000_000)]
    public int Test { get; init; } = 1_000;

    /// <summary>Texts of the validation split, watched during training.</summary>
    [Range(1, 10_000_000)]
    public int Validation { get; init; } = 256;

    /// <summary>Words of the lead baseline: the text's first words as its summary.</summary>
    [Range(1, 1_000)]
    public int LeadWords { get; init; } = 8;

    /// <summary>Texts shown side by side in the report.</summary>
    [Range(0, 1_000)]
    public int Samples { get; init; } = 24;
}
