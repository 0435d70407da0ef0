using System.ComponentModel.DataAnnotations;
using ActorRlhf.Model.Text;

namespace ActorRlhf.Model.Data;

/// <summary>What a dataset's records become for the model: TL;DR, CNN/DM and Debian's descriptions are three of these and one code path.</summary>
public sealed record TaskSettings
{
    /// <summary>The query's text with a record's fields in braces; see <see cref="QueryTemplate.Format"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The field whose tail is dropped when a query is too long.</summary>
    public required string TruncateField { get; init; }

    /// <summary>Where to cut: at the last occurrence. Empty cuts character by character.</summary>
    public string TruncateText { get; init; } = "\n";

    /// <summary>The most tokens a query may have.</summary>
    [Range(1, 1_000_000)]
    public int QueryLength { get; init; } = 512;

    /// <summary>The most tokens a response may have, its end included.</summary>
    [Range(1, 100_000)]
    public int ResponseLength { get; init; } = 48;

    /// <summary>What stands between the query and the summary's first word.</summary>
    public string ReferencePrefix { get; init; } = " ";
}
