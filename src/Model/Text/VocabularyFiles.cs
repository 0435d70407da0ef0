using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorRlhf.Model.Text;

/// <summary>
/// GPT-2's two vocabulary files: <c>vocab.json</c>, an object from each token's spelling (<see cref="ByteAlphabet"/>) to its id, and
/// <c>merges.txt</c>, a version line and then one pair of spellings a line, by rank.
/// </summary>
internal static class VocabularyFiles
{
    private const string VocabularyName = "vocab.json";
    private const string MergesName = "merges.txt";
    private const string VersionMark = "#version";

    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ByteLevelBpe Read(string directory)
    {
        var vocabularyPath = Path.Combine(directory, VocabularyName);
        var ids = ReadIds(vocabularyPath);
        var tokens = new byte[ids.Count][];
        foreach (var (spelling, id) in ids)
        {
            if ((uint)id >= (uint)tokens.Length || tokens[id] is not null)
                throw Wrong($"token \"{spelling}\" has id {id}; expected each of 0 to {tokens.Length - 1} once");
            if (!ByteAlphabet.TryRead(spelling, out tokens[id]))
                throw Wrong($"token \"{spelling}\" is not spelled in GPT-2's byte alphabet; expected a byte-level vocabulary");
        }
        foreach (var b in ByteAlphabet.InVocabularyOrder)
        {
            if (!ids.ContainsKey(ByteAlphabet.Spell([b])))
                throw Wrong($"no token \"{ByteAlphabet.Spell([b])}\" for the byte 0x{b:X2}; expected all 256, as in GPT-2's");
        }
        if (!ids.TryGetValue(ByteLevelBpe.EndOfTextSpelling, out var endOfText))
            throw Wrong($"no token \"{ByteLevelBpe.EndOfTextSpelling}\"; add it with the next free id, {ids.Count}");
        return new ByteLevelBpe(tokens, ReadMerges(Path.Combine(directory, MergesName), ids), endOfText);

        UserErrorException Wrong(string what) => new($"{vocabularyPath}: {what}");
    }

    public static void Write(string directory, IReadOnlyList<byte[]> tokens, IReadOnlyList<Merge> merges)
    {
        Directory.CreateDirectory(directory);
        using (var file = File.Create(Path.Combine(directory, VocabularyName)))
        using (var json = new Utf8JsonWriter(file, Unescaped))
        {
            json.WriteStartObject();
            for (var id = 0; id < tokens.Count; id++)
                json.WriteNumber(ByteAlphabet.Spell(tokens[id]), id);
            json.WriteEndObject();
        }

        var lines = new StringBuilder($"{VersionMark}: 0.2\n");
        foreach (var merge in merges)
            lines.Append(ByteAlphabet.Spell(tokens[merge.Left])).Append(' ').Append(ByteAlphabet.Spell(tokens[merge.Right])).Append('\n');
        File.WriteAllText(Path.Combine(directory, MergesName), lines.ToString());
    }

    private static Dictionary<string, int> ReadIds(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(ReadBytes(path));
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (!ids.TryAdd(property.Name, property.Value.GetInt32()))
                    throw new UserErrorException($"{path}: token \"{property.Name}\" is listed twice");
            }
            return ids;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException($"{path}: {e.Message} Expected a JSON object from token to id, as GPT-2's {VocabularyName}", e);
        }
    }

    private static List<Merge> ReadMerges(string path, Dictionary<string, int> ids)
    {
        var merges = new List<Merge>();
        var lines = Encoding.UTF8.GetString(ReadBytes(path)).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            if (line.Length == 0 || (i == 0 && line.StartsWith(VersionMark, StringComparison.Ordinal)))
                continue;
            if (line.Split(' ') is not [var left, var right])
                throw new UserErrorException($"{path} line {i + 1}: \"{line}\"; expected two tokens with one space between them");
            merges.Add(new Merge(IdOf(left, i), IdOf(right, i), IdOf(left + right, i)));
        }
        return merges;

        int IdOf(string spelling, int line) => ids.TryGetValue(spelling, out var id)
            ? id
            : throw new UserErrorException(
                $"{path} line {line + 1}: token \"{spelling}\" is not in {VocabularyName}; the two files must be of one vocabulary");
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: {e.Message} A tokenizer's directory holds {VocabularyName} and {MergesName}", e);
        }
    }
}
