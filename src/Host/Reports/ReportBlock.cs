namespace ActorRlhf.Host.Reports;

/// <summary>Something that a section holds.</summary>
public abstract record ReportBlock;

/// <summary>A paragraph; an empty line inside begins another one.</summary>
/// <param name="Text">Plain text.</param>
public sealed record ReportText(string Text) : ReportBlock;

/// <summary>A table. Columns whose every cell is a number are aligned to the right.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Headers">One a column.</param>
/// <param name="Rows">As many cells as headers, each; plain text.</param>
public sealed record ReportTable(string Caption, IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> Rows) : ReportBlock;

/// <summary>Text that keeps its lines and is folded away until asked for: a configuration, a log.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Text">The lines.</param>
public sealed record ReportListing(string Title, string Text) : ReportBlock;

/// <summary>Texts with the answers of several authors side by side.</summary>
/// <param name="Authors">Who answered, one a column: <c>Human</c>, <c>SFT</c>, <c>PPO</c>.</param>
/// <param name="Samples">One a row.</param>
public sealed record SampleTable(IReadOnlyList<string> Authors, IReadOnlyList<Sample> Samples) : ReportBlock;

/// <summary>One text and its answers.</summary>
/// <param name="Title">What the text is called: a package, a post's title. Empty for none.</param>
/// <param name="Text">What was to be summarized.</param>
/// <param name="Answers">One an author, in their order.</param>
public sealed record Sample(string Title, string Text, IReadOnlyList<SampleAnswer> Answers);

/// <summary>One author's answer.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Note">A figure or two about it: <c>RM 1.93 · gold 0.41</c>. Empty for none.</param>
public sealed record SampleAnswer(string Text, string Note = "");
