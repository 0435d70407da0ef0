namespace ActorRlhf.Host.Reports;

/// <summary>What a report page says. All text is plain: the page escapes it.</summary>
public sealed record Report
{
    /// <summary>The page's title.</summary>
    public required string Title { get; init; }

    /// <summary>A sentence or two under the title: what was done, on what, when. Empty for none.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The numbers that matter most, shown large at the top.</summary>
    public IReadOnlyList<Headline> Headlines { get; init; } = [];

    /// <summary>The page's sections, in reading order.</summary>
    public IReadOnlyList<ReportSection> Sections { get; init; } = [];

    /// <summary>Notes at the foot of the page: how something was measured, what is simulated.</summary>
    public IReadOnlyList<string> Footnotes { get; init; } = [];
}

/// <summary>One number at the top of the page.</summary>
/// <param name="Label">What it is: <c>Reward accuracy</c>.</param>
/// <param name="Value">The number as it is to be read: <c>0.74</c>, <c>61 %</c>.</param>
/// <param name="Detail">What puts it in proportion: <c>95% interval 0.71–0.77, 1,000 held-out pairs</c>. Empty for none.</param>
/// <param name="IsMet">Whether it meets what was asked of it; null where nothing was asked.</param>
public sealed record Headline(string Label, string Value, string Detail = "", bool? IsMet = null);

/// <summary>A part of the page under a heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">Text, plots, tables and samples, in order. Plots that follow one another stand side by side where there is room.</param>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks);
