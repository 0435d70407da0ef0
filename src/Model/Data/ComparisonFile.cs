using System.Text.Json;

namespace ActorRlhf.Model.Data;

/// <summary>
/// Reads and writes OpenAI's <c>comparisons</c> format, one comparison a line:
/// <c>{"info": {"id", text fields…}, "summaries": [{"text", "policy", "note"}…], "choice", "worker", "batch", "split", "extra": {"confidence"}}</c>.
/// Two summaries are the rule there; any number from two on is read and written here.
/// </summary>
public static class ComparisonFile
{
    internal const string Format = "OpenAI's comparisons";

    /// <summary>Streams a file's comparisons, holding one at a time. Every text in <c>info</c> but the id becomes a field.</summary>
    /// <exception cref="UserErrorException">While enumerating: the file cannot be read, or a line is not in the format. The message names file and line.</exception>
    public static IEnumerable<Comparison> Read(string path) => JsonLines.Read(path, Format, record =>
    {
        var summaries = record.Objects("summaries").ConvertAll(s => new ComparedSummary(s.Text("text"), s.OptionalText("policy"), s.OptionalText("note")));
        if (summaries.Count < 2) throw record.Error(FormattableString.Invariant($"\"summaries\" has {summaries.Count}, and a comparison takes two or more"));
        int choice = record.Integer("choice");
        if (choice < 0 || choice >= summaries.Count)
            throw record.Error(FormattableString.Invariant($"\"choice\" is {choice}, and there are {summaries.Count} summaries, counted from 0"));
        var (id, fields) = ReadInfo(record);
        return new Comparison
        {
            ExampleId = id,
            Fields = fields,
            Summaries = summaries,
            Choice = choice,
            Worker = record.Text("worker"),
            Batch = record.OptionalText("batch") ?? "",
            Split = record.Text("split"),
            Confidence = record.OptionalObject("extra")?.OptionalInteger("confidence"),
        };
    });

    /// <summary>Writes comparisons to a file, replacing it once all are written.</summary>
    /// <exception cref="ArgumentException">A comparison has fewer than two summaries, a choice that is none of them, or a field called <c>id</c>.</exception>
    public static void Write(string path, IEnumerable<Comparison> comparisons) => JsonLines.Write(path, comparisons, WriteComparison);

    internal static (string Id, Dictionary<string, string> Fields) ReadInfo(JsonRecord record)
    {
        var info = record.Object("info");
        return (info.FilledText("id"), info.Texts().Where(f => f.Name != "id").ToDictionary(f => f.Name, f => f.Text));
    }

    private static void WriteComparison(Utf8JsonWriter writer, Comparison comparison)
    {
        if (comparison.Summaries.Count < 2 || comparison.Choice < 0 || comparison.Choice >= comparison.Summaries.Count)
            throw new ArgumentException($"Comparison of \"{comparison.ExampleId}\": choice {comparison.Choice} of {comparison.Summaries.Count} summaries.");
        if (comparison.Fields.ContainsKey("id")) throw new ArgumentException($"Comparison of \"{comparison.ExampleId}\": a field cannot be called \"id\".");
        writer.WriteStartObject();
        writer.WriteStartObject("info");
        writer.WriteString("id", comparison.ExampleId);
        foreach (var (name, text) in comparison.Fields) writer.WriteString(name, text);
        writer.WriteEndObject();
        writer.WriteStartArray("summaries");
        foreach (var summary in comparison.Summaries)
        {
            writer.WriteStartObject();
            writer.WriteString("text", summary.Text);
            writer.WriteString("policy", summary.Policy);
            writer.WriteString("note", summary.Note);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteNumber("choice", comparison.Choice);
        writer.WriteString("worker", comparison.Worker);
        writer.WriteString("batch", comparison.Batch);
        writer.WriteString("split", comparison.Split);
        writer.WriteStartObject("extra");
        if (comparison.Confidence is { } confidence) writer.WriteNumber("confidence", confidence);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
