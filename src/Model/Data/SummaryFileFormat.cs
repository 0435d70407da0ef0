namespace ActorRlhf.Model.Data;

/// <summary>Which fields of a JSONL file make up an example. A further dataset is a further value of this, not further code.</summary>
public sealed record SummaryFileFormat
{
    /// <summary>Reddit posts with the summary their author wrote, as OpenAI published them (<c>tldr_3_filtered</c>).</summary>
    public static readonly SummaryFileFormat Tldr = new()
    {
        Name = "OpenAI's tldr_3_filtered",
        IdField = "id",
        Fields = ["subreddit", "title", "post"],
        ReferenceField = "summary",
    };

    /// <summary>CNN and Daily Mail articles with their highlights; a file without ids is read too, and its lines are named <c>line-1</c> and so on.</summary>
    public static readonly SummaryFileFormat CnnDailyMail = new()
    {
        Name = "CNN/DM",
        IdField = "id",
        IdIsOptional = true,
        Fields = ["article"],
        ReferenceField = "highlights",
    };

    /// <summary>What errors call the format.</summary>
    public required string Name { get; init; }

    /// <summary>The field that holds the example's id.</summary>
    public required string IdField { get; init; }

    /// <summary>Whether lines may lack an id, or have an empty one.</summary>
    public bool IdIsOptional { get; init; }

    /// <summary>The fields that a template may name; every line has them, if only empty.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>The field that holds the human's summary.</summary>
    public required string ReferenceField { get; init; }
}
