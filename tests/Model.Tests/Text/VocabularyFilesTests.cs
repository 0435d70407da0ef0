using ActorRlhf.Model.Text;

namespace ActorRlhf.Model.Tests.Text;

public sealed class VocabularyFilesTests : IDisposable
{
    private readonly TokenizerFolder _folder = new();

    public VocabularyFilesTests() => _folder.Write(["l o", "lo w", "# #"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_trained_tokenizer_loads_as_it_was_saved()
    {
        using var folder = new TokenizerFolder();
        var trained = ByteLevelBpe.Train(Corpus.English, 500);
        trained.Save(Path.Combine(folder.Path, "new", "one"));
        var loaded = ByteLevelBpe.Load(Path.Combine(folder.Path, "new", "one"));
        Assert.Equal((trained.VocabularySize, trained.EndOfText), (loaded.VocabularySize, loaded.EndOfText));
        Assert.All(Corpus.English, text => Assert.Equal(trained.Encode(text), loaded.Encode(text)));
    }

    [Fact]
    public void A_merge_of_hash_signs_is_no_comment_and_line_ends_may_be_windows()
    {
        File.WriteAllText(_folder.Merges, "#version: 0.2 - trained elsewhere\r\nl o\r\nlo w\r\n# #\r\n");
        Assert.Equal([257, 258], ByteLevelBpe.Load(_folder.Path).Encode("low##"));
        File.WriteAllText(_folder.Merges, "# #\nl o");
        Assert.Equal([258, 256], ByteLevelBpe.Load(_folder.Path).Encode("##lo"));
    }

    [Fact]
    public void Ids_are_the_files_whatever_their_order()
    {
        // Hugging Face's own trainer puts the special token first.
        var json = File.ReadAllText(_folder.Vocabulary).Replace("\"!\":0,", "\"!\":259,", StringComparison.Ordinal);
        File.WriteAllText(_folder.Vocabulary, json.Replace(":259}", ":0}", StringComparison.Ordinal));
        var bpe = ByteLevelBpe.Load(_folder.Path);
        Assert.Equal(0, bpe.EndOfText);
        Assert.Equal([259, 257], bpe.Encode("!low"));
        Assert.Equal("!low", bpe.Decode([259, 257]));
    }

    [Fact]
    public void A_missing_file_is_named_with_what_belongs_there()
    {
        File.Delete(_folder.Merges);
        Refused("merges.txt", "A tokenizer's directory holds vocab.json and merges.txt");
        File.Delete(_folder.Vocabulary);
        Refused("vocab.json", "A tokenizer's directory holds vocab.json and merges.txt");
    }

    [Theory]
    [InlineData("{\"a\":", "Expected a JSON object from token to id")]
    [InlineData("[1]", "Expected a JSON object from token to id")]
    [InlineData("{\"a\":\"b\"}", "Expected a JSON object from token to id")]
    [InlineData("{\"a\":0.5}", "Expected a JSON object from token to id")]
    [InlineData("{\"a\":0,\"a\":1}", "token \"a\" is listed twice")]
    [InlineData("{\"a\":7}", "token \"a\" has id 7; expected each of 0 to 0 once")]
    [InlineData("{\"a\":0,\"b\":0}", "token \"b\" has id 0; expected each of 0 to 1 once")]
    [InlineData("{\"a b\":0}", "token \"a b\" is not spelled in GPT-2's byte alphabet")]
    [InlineData("{\"a\":0}", "no token \"!\" for the byte 0x21; expected all 256")]
    public void A_wrong_vocabulary_is_refused_with_what_is_wrong(string json, string message)
    {
        File.WriteAllText(_folder.Vocabulary, json);
        Refused("vocab.json", message);
    }

    [Fact]
    public void A_vocabulary_without_end_of_text_is_refused_with_the_remedy()
    {
        var json = File.ReadAllText(_folder.Vocabulary);
        File.WriteAllText(_folder.Vocabulary, json.Replace(",\"\\u003C|endoftext|\\u003E\":259", "", StringComparison.Ordinal));
        Refused("vocab.json", "no token \"<|endoftext|>\"; add it with the next free id, 259");
    }

    [Theory]
    [InlineData("l o\nlow\n", "line 2: \"low\"; expected two tokens")]
    [InlineData("l o\nlo  w\n", "line 2: \"lo  w\"; expected two tokens")]
    [InlineData("#version: 0.2\nl o\nl i\n", "line 3: token \"li\" is not in vocab.json")]
    [InlineData("lo xy\n", "line 1: token \"xy\" is not in vocab.json")]
    public void A_wrong_merge_is_refused_with_its_line(string merges, string message)
    {
        File.WriteAllText(_folder.Merges, merges);
        Refused("merges.txt", message);
    }

    private void Refused(string file, string message)
    {
        var e = Assert.Throws<UserErrorException>(() => ByteLevelBpe.Load(_folder.Path));
        Assert.StartsWith(Path.Combine(_folder.Path, file), e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }
}
