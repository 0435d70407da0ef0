using System.Text.Json;

namespace ActorRlhf.Model.Data;

/// <summary>One line of a JSONL file, with typed access to its fields; what is missing or of another type is an error that names file and line.</summary>
internal readonly struct JsonRecord
{
    private readonly JsonElement _element;
    private readonly string _path;

    /// <param name="element">A JSON object.</param>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="line">The line's number, from 1.</param>
    /// <param name="format">The format expected, for errors.</param>
    /// <param name="path">Where in the line's object this one stands, such as <c>info.</c>; empty for the line itself.</param>
    public JsonRecord(JsonElement element, string file, int line, string format, string path = "") =>
        (_element, File, Line, Format, _path) = (element, file, line, format, path);

    public string File { get; }

    public int Line { get; }

    public string Format { get; }

    /// <summary>A string that must be there.</summary>
    public string Text(string field) => OptionalText(field) ?? throw Missing(field);

    /// <summary>A string that must be there and hold more than white space.</summary>
    public string FilledText(string field)
    {
        var text = Text(field);
        return string.IsNullOrWhiteSpace(text) ? throw Error($"\"{_path}{field}\" is empty; remove the line or fill it in") : text;
    }

    /// <summary>A string, or nothing where the field is missing or null.</summary>
    public string? OptionalText(string field)
    {
        if (!TryGet(field, out var value)) return null;
        return value.ValueKind == JsonValueKind.String ? String(field, value) : throw WrongType(field, value, "a string");
    }

    /// <summary>An integer that must be there.</summary>
    public int Integer(string field) => OptionalInteger(field) ?? throw Missing(field);

    /// <summary>An integer, or nothing where the field is missing or null.</summary>
    public int? OptionalInteger(string field)
    {
        if (!TryGet(field, out var value)) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw WrongType(field, value, "an integer");
    }

    /// <summary>An object that must be there.</summary>
    public JsonRecord Object(string field) => OptionalObject(field) ?? throw Missing(field);

    /// <summary>An object, or nothing where the field is missing or null.</summary>
    public JsonRecord? OptionalObject(string field)
    {
        if (!TryGet(field, out var value)) return null;
        return value.ValueKind == JsonValueKind.Object
            ? new JsonRecord(value, File, Line, Format, $"{_path}{field}.")
            : throw WrongType(field, value, "an object");
    }

    /// <summary>A list of objects that must be there.</summary>
    public List<JsonRecord> Objects(string field)
    {
        if (!TryGet(field, out var value)) throw Missing(field);
        if (value.ValueKind != JsonValueKind.Array) throw WrongType(field, value, "a list");
        var items = new List<JsonRecord>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            var name = FormattableString.Invariant($"{field}[{items.Count}]");
            if (item.ValueKind != JsonValueKind.Object) throw WrongType(name, item, "an object");
            items.Add(new(item, File, Line, Format, $"{_path}{name}."));
        }
        return items;
    }

    /// <summary>The fields there that hold strings, in the file's order; of a name that stands twice, the last.</summary>
    public List<(string Name, string Text)> Texts()
    {
        var texts = new List<(string Name, string Text)>();
        foreach (var property in _element.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String))
        {
            texts.RemoveAll(t => t.Name == property.Name);
            texts.Add((property.Name, String(property.Name, property.Value)));
        }
        return texts;
    }

    /// <summary>An error at this line; the expected format is added to the message.</summary>
    public UserErrorException Error(string what) =>
        new(FormattableString.Invariant($"{File} line {Line}: {what}; expected {Format} format"));

    private string String(string field, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error($"\"{_path}{field}\" has half of a surrogate pair (\\ud800 to \\udfff), which is no text");
        }
    }

    private bool TryGet(string field, out JsonElement value) =>
        _element.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    private UserErrorException Missing(string field) => Error($"no \"{_path}{field}\" field");

    private UserErrorException WrongType(string field, JsonElement value, string wanted) =>
        Error($"\"{_path}{field}\" is {Shown(value)}, not {wanted}");

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => value.GetRawText() is { Length: > 40 } text ? text[..40] + "…" : value.GetRawText(),
    };
}
