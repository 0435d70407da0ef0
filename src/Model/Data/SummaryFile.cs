namespace ActorRlhf.Model.Data;

/// <summary>Reads JSONL files of texts with a human's summary.</summary>
public static class SummaryFile
{
    /// <summary>
    /// Streams a file's examples. Memory does not grow with the texts: one line is held at a time, beside some 30 bytes an id to find duplicates.
    /// A text field may be empty; a summary may not. Fields that the format does not name are passed over, and so are blank lines.
    /// </summary>
    /// <param name="path">The file, in UTF-8.</param>
    /// <param name="format">Its fields.</param>
    /// <exception cref="UserErrorException">
    /// While enumerating: the file cannot be read, or a line is cut off, not UTF-8, not JSON, lacks a field, has one of another type, has an empty
    /// summary or an earlier line's id. The message names file and line.
    /// </exception>
    public static IEnumerable<SummaryExample> Read(string path, SummaryFileFormat format)
    {
        var lines = new Dictionary<ulong, int>();
        return JsonLines.Read(path, format.Name, record =>
        {
            var id = format.IdIsOptional ? record.OptionalText(format.IdField) : record.FilledText(format.IdField);
            if (string.IsNullOrWhiteSpace(id)) id = FormattableString.Invariant($"line-{record.Line}");
            if (!lines.TryAdd(StableHash.Of(id), record.Line))
                throw record.Error(FormattableString.Invariant($"id \"{id}\" is line {lines[StableHash.Of(id)]}'s too; remove one of them"));
            return new SummaryExample(id, format.Fields.ToDictionary(f => f, record.Text), record.FilledText(format.ReferenceField));
        });
    }
}
