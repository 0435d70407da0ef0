namespace ActorRlhf.Model.Data;

/// <summary>A labeler's ratings of one summary on the paper's axes, each from 1 to 7; an axis that was not rated is null.</summary>
/// <param name="Overall">How good it is, all in all.</param>
/// <param name="Accuracy">Whether what it says is in the text.</param>
/// <param name="Coverage">How much of what matters it says.</param>
/// <param name="Coherence">How well it reads by itself.</param>
public sealed record AxisRatings(int? Overall, int? Accuracy, int? Coverage, int? Coherence);

/// <summary>A summary of a text, rated on axes.</summary>
/// <param name="ExampleId">The id of the text; many ratings may share it.</param>
/// <param name="Fields">What a query template may name, such as <c>article</c>.</param>
/// <param name="Summary">The summary rated.</param>
/// <param name="Ratings">The ratings.</param>
/// <param name="Worker">Who rated.</param>
/// <param name="Batch">The batch of ratings it came in.</param>
/// <param name="Split">The split, such as <c>test</c>.</param>
public sealed record AxisEvaluation(
    string ExampleId, IReadOnlyDictionary<string, string> Fields, ComparedSummary Summary, AxisRatings Ratings, string Worker, string Batch, string Split);
