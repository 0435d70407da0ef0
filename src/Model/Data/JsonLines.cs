using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorRlhf.Model.Data;

/// <summary>Reads and writes JSONL: one JSON object a line, in UTF-8.</summary>
internal static class JsonLines
{
    /// <summary>No line of a text dataset is longer, in bytes; it bounds the memory a broken file can take.</summary>
    public const int MaxLineBytes = 64 << 20;

    /// <summary>Letters stay readable in files; what is written is never put into a page unescaped.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Streams a file's records, holding one line at a time. Blank lines are passed over, as is a byte-order mark.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="format">The format expected, for errors.</param>
    /// <param name="convert">Makes a value of a record; the record is valid during the call only.</param>
    /// <exception cref="UserErrorException">The file cannot be opened, or a line is not a JSON object in UTF-8.</exception>
    public static IEnumerable<T> Read<T>(string path, string format, Func<JsonRecord, T> convert)
    {
        var file = Path.GetFileName(path);
        using var stream = Open(path);
        var buffer = new byte[1 << 16];
        int start = 0, end = 0, number = 0;
        bool last = false;
        while (!last)
        {
            int length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length < 0)
            {
                if (start > 0) buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
                if (end == buffer.Length)
                {
                    if (end >= MaxLineBytes) throw new UserErrorException($"{file} line {number + 1}: longer than {MaxLineBytes >> 20} MiB; it is not a {format} file.");
                    Array.Resize(ref buffer, buffer.Length * 2);
                }
                int read = stream.Read(buffer, end, buffer.Length - end);
                end += read;
                if (read > 0) continue;
                last = true;
                length = end;
            }
            number++;
            var line = buffer.AsMemory(start, length);
            start += length + 1;
            if (number == 1 && line.Span.StartsWith("\uFEFF"u8)) line = line[3..];
            if (line.Span.Trim(" \t\r"u8).IsEmpty) continue;
            if (!Utf8.IsValid(line.Span)) throw new UserErrorException($"{file} line {number}: not valid UTF-8; convert the file to UTF-8.");
            using var document = Parse(line, file, number, format, last);
            yield return convert(new(document.RootElement, file, number, format));
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> line, string file, int number, string format, bool last)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            throw new UserErrorException(last
                ? $"{file} line {number}: the last line is not complete; the file seems cut off, fetch or write it again."
                : $"{file} line {number}: not JSON (column {(e.BytePositionInLine ?? 0) + 1}); expected {format} format", e);
        }
        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw new UserErrorException($"{file} line {number}: not a JSON object; expected {format} format");
    }

    /// <summary>Writes a file of one object a line; it has its name only once it is whole.</summary>
    public static void Write<T>(string path, IEnumerable<T> values, Action<Utf8JsonWriter, T> write)
    {
        var partial = path + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            using var writer = new Utf8JsonWriter(stream, WriterOptions);
            foreach (var value in values)
            {
                write(writer, value);
                writer.Flush();
                stream.WriteByte((byte)'\n');
                writer.Reset();
            }
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }
        File.Move(partial, path, overwrite: true);
    }
}
