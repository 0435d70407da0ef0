namespace ActorRlhf.Model.Data;

/// <summary>One of the summaries that a labeler compared.</summary>
/// <param name="Text">The summary; a policy may have written nothing.</param>
/// <param name="Policy">Who wrote it, such as <c>sup4</c>; <c>ref</c> is the human.</param>
/// <param name="Note">What the labeler noted on it.</param>
public sealed record ComparedSummary(string Text, string? Policy = null, string? Note = null);

/// <summary>A labeler's choice between two or more summaries of one text.</summary>
public sealed record Comparison
{
    /// <summary>The id of the text; many comparisons may share it.</summary>
    public required string ExampleId { get; init; }

    /// <summary>What a query template may name, such as <c>post</c>.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>The summaries, at least two.</summary>
    public required IReadOnlyList<ComparedSummary> Summaries { get; init; }

    /// <summary>The index of the preferred summary.</summary>
    public required int Choice { get; init; }

    /// <summary>Who chose; <see cref="SimulatedLabeler.Worker"/> where no human did.</summary>
    public required string Worker { get; init; }

    /// <summary>The batch of labels it came in.</summary>
    public string Batch { get; init; } = "";

    /// <summary>The split: <c>train</c>, <c>valid1</c> or <c>valid2</c> in OpenAI's files.</summary>
    public string Split { get; init; } = "train";

    /// <summary>How sure the labeler was, on the nine-point scale of the paper's interface; null where it was not asked.</summary>
    public int? Confidence { get; init; }
}
