namespace ActorRlhf.Model.Data;

/// <summary>
/// Reads OpenAI's <c>axis_evals</c> format, one rated summary a line: <c>{"info": {"id", text fields…},
/// "summary": {"text", "policy", "note", "axes": {"overall", "accuracy", "coverage", "coherence"}}, "worker", "batch", "split"}</c>.
/// </summary>
public static class AxisEvaluationFile
{
    private const string Format = "OpenAI's axis_evals";

    /// <summary>Streams a file's ratings, holding one at a time.</summary>
    /// <exception cref="UserErrorException">While enumerating: the file cannot be read, or a line is not in the format. The message names file and line.</exception>
    public static IEnumerable<AxisEvaluation> Read(string path) => JsonLines.Read(path, Format, record =>
    {
        var (id, fields) = ComparisonFile.ReadInfo(record);
        var summary = record.Object("summary");
        var axes = summary.Object("axes");
        return new AxisEvaluation(
            id,
            fields,
            new(summary.Text("text"), summary.OptionalText("policy"), summary.OptionalText("note")),
            new(Rating("overall"), Rating("accuracy"), Rating("coverage"), Rating("coherence")),
            record.Text("worker"),
            record.OptionalText("batch") ?? "",
            record.Text("split"));

        int? Rating(string axis)
        {
            int? rating = axes.OptionalInteger(axis);
            return rating is null or (>= 1 and <= 7) ? rating : throw record.Error(FormattableString.Invariant($"\"summary.axes.{axis}\" is {rating}, not 1 to 7"));
        }
    });
}
