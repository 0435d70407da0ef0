namespace ActorRlhf.Model.Data;

/// <summary>One text and the summary a human wrote of it.</summary>
/// <param name="Id">Names the example; unique in its dataset.</param>
/// <param name="Fields">What a query template may name, such as <c>post</c> or <c>description</c>.</param>
/// <param name="Reference">The human's summary.</param>
public sealed record SummaryExample(string Id, IReadOnlyDictionary<string, string> Fields, string Reference);
