using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ActorRlhf.Model.Text;

namespace ActorRlhf.Model.Tests.Text;

/// <summary>A temporary folder of tokenizer files, with the files that tests start from.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("rlhf-tokenizer-").FullName;

    public string Vocabulary => System.IO.Path.Combine(Path, "vocab.json");

    public string Merges => System.IO.Path.Combine(Path, "merges.txt");

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>The tokenizer of the given merges ("l o"), in GPT-2's order: 256 bytes, what the merges make, end of text.</summary>
    public static ByteLevelBpe Tokenizer(params IReadOnlyList<string> merges)
    {
        using var folder = new TokenizerFolder();
        folder.Write(merges);
        return ByteLevelBpe.Load(folder.Path);
    }

    /// <summary>Writes both files as the merges determine them.</summary>
    public void Write(IReadOnlyList<string> merges)
    {
        var spellings = new List<string>();
        // GPT-2's bytes_to_unicode: '!'-'~', '¡'-'¬' and '®'-'ÿ' are themselves and come first; the rest are U+0100 onwards.
        for (var c = '!'; c <= 'ÿ'; c++)
        {
            if (c is <= '~' or (>= '¡' and not '\u00ad'))
                spellings.Add(c.ToString());
        }
        for (var c = '\u0100'; spellings.Count < 256; c++)
            spellings.Add(c.ToString());
        spellings.AddRange(merges.Select(merge => merge.Replace(" ", "")));
        spellings.Add("<|endoftext|>");
        File.WriteAllText(Vocabulary, JsonSerializer.Serialize(spellings.Index().ToDictionary(s => s.Item, s => s.Index)));
        File.WriteAllText(Merges, "#version: 0.2\n" + string.Concat(merges.Select(merge => merge + "\n")));
    }

    /// <summary>The lines of a compressed file of this assembly.</summary>
    public static IReadOnlyList<string> Reference(string name)
    {
        using var stream = new GZipStream(typeof(TokenizerFolder).Assembly.GetManifestResourceStream(name)!, CompressionMode.Decompress);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
