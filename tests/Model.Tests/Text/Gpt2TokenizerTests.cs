using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorRlhf.Model.Text;

namespace ActorRlhf.Model.Tests.Text;

/// <summary>GPT-2's own files against ids from OpenAI's own encoder: reference/gpt2_strings.mjs says how they were made.</summary>
public sealed class Gpt2TokenizerTests : IDisposable
{
    private readonly TokenizerFolder _folder = new();
    private readonly ByteLevelBpe _gpt2;

    public Gpt2TokenizerTests()
    {
        _folder.Write([.. TokenizerFolder.Reference("gpt2-merges.txt.gz").Skip(1)]);
        _gpt2 = ByteLevelBpe.Load(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_files_reproduce_GPT2s_ids_on_a_thousand_hard_strings_and_decode_to_them()
    {
        var lines = TokenizerFolder.Reference("gpt2-strings.jsonl.gz");
        Assert.Equal(1000, lines.Count);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var text = json.RootElement.GetProperty("text").GetString()!;
            var expected = json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
            Assert.Equal(expected, _gpt2.Encode(text));
            Assert.Equal(text, _gpt2.Decode(_gpt2.Encode(text)));
        }
    }

    [Fact]
    public void Both_files_written_back_spell_GPT2s_vocabulary_and_merges()
    {
        using var copy = new TokenizerFolder();
        _gpt2.Save(copy.Path);

        using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(copy.Vocabulary));
        var spellings = vocabulary.RootElement.EnumerateObject().OrderBy(token => token.Value.GetInt32()).Select(token => token.Name);
        // SHA-256 of OpenAI's encoder.json: its keys by id, joined with newlines.
        Assert.Equal(
            "e35a33a0b2250c932ffdafc4c3a3552aef0cc7af7a11e9ebfddf1d2a6517371f",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', spellings)))));
        // SHA-256 of OpenAI's vocab.bpe, byte for byte.
        Assert.Equal(
            "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(copy.Merges))));
    }

    [Fact]
    public void The_sizes_and_special_ids_are_GPT2s()
    {
        Assert.Equal(50257, _gpt2.VocabularySize);
        Assert.Equal(50256, _gpt2.EndOfText);
        Assert.Equal(50256, _gpt2.Padding);
        Assert.Equal(50257, _gpt2.WithPadding(50257).Padding);
    }
}
