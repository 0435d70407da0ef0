using System.Diagnostics;
using System.Text;
using ActorRlhf.Model.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ActorRlhf.Model.Tests.Text;

public sealed class ByteLevelBpeTests
{
    // In GPT-2's order of bytes: '!' is 0, so 'a' is 64; the 68 invisible ones follow from 188 on, so the space is 188 + 32.
    private const int A = 64, B = 65, C = 66, Space = 220;

    private static readonly ByteLevelBpe BytesOnly = TokenizerFolder.Tokenizer();
    private static readonly ByteLevelBpe English = ByteLevelBpe.Train(Corpus.English, 700);

    [Fact]
    public void The_pair_of_lowest_rank_merges_first_even_where_another_comes_earlier()
    {
        // ranks: bc 0, ab 1, abc 2 by (a, bc): "abc" becomes a bc, then abc; never ab c
        var bpe = TokenizerFolder.Tokenizer("b c", "a b", "a bc");
        Assert.Equal([258], bpe.Encode("abc"));
        Assert.Equal([257, 257], bpe.Encode("abab"));
        Assert.Equal([257, 258], bpe.Encode("ababc"));
        Assert.Equal([C, 257], bpe.Encode("cab"));
    }

    [Fact]
    public void Of_overlapping_pairs_the_leftmost_merges()
    {
        var bpe = TokenizerFolder.Tokenizer("a a", "aa aa");
        Assert.Equal([256, A], bpe.Encode("aaa"));
        Assert.Equal([257], bpe.Encode("aaaa"));
        Assert.Equal([257, 256, A], bpe.Encode("aaaaaaa"));
    }

    [Fact]
    public void The_published_worked_example_merges_low_and_lower_as_its_authors_do()
    {
        // Sennrich et al. 2016, figure 1, with the space in front instead of the end-of-word mark
        var bpe = TokenizerFolder.Tokenizer("e s", "es t", "l o", "lo w");
        Assert.Equal([259], bpe.Encode("low"));
        Assert.Equal([259, 'e' - '!', 'r' - '!'], bpe.Encode("lower"));
        Assert.Equal(['n' - '!', 'e' - '!', 'w' - '!', 257], bpe.Encode("newest"));
    }

    [Fact]
    public void No_pair_merges_across_two_words()
    {
        var bpe = TokenizerFolder.Tokenizer("b Ġ", "Ġ a", "1 a", "a 1");
        Assert.Equal([B, 257, B, Space], bpe.Encode("b ab "));
        Assert.Equal(['1' - '!', A, '1' - '!'], bpe.Encode("1a1"));
    }

    [Theory]
    [InlineData("it's 'sx", "it|'s| '|sx")]
    [InlineData("they'll've'S", "they|'ll|'ve|'|S")]
    [InlineData("a  b", "a| | b")]
    [InlineData("a \n b ", "a| \n| b| ")]
    [InlineData("a\n\nb", "a|\n|\n|b")]
    [InlineData("x1y22", "x|1|y|22")]
    [InlineData(" 😀!a", " 😀!|a")]
    [InlineData("𝔘𝔫 𝟙", "𝔘𝔫| 𝟙")]
    [InlineData("e\u0301a", "e|\u0301|a")]
    [InlineData("a\u0085\u00a0b", "a|\u0085|\u00a0|b")]
    [InlineData("a\ufeff\u200b\u001cb", "a|\ufeff\u200b\u001c|b")]
    [InlineData("\u3000\u3000全", "\u3000|\u3000|全")]
    public void Words_are_cut_as_GPT2s_pattern_cuts_them(string text, string expected)
    {
        // Learning from nothing but this text, every word becomes one token: its pairs occur at least twice.
        var bpe = ByteLevelBpe.Train([text, text], 1000);
        Assert.Equal(expected.Split('|'), bpe.Encode(text).Select(token => bpe.Decode([token])));
    }

    [Fact]
    public void Invalid_utf8_encodes_byte_by_byte_as_symbols()
    {
        // C3 begins a character that '(' cannot continue; 'a' is a letter, so it is another word; FF is never valid.
        byte[] bytes = [0xC3, (byte)'(', (byte)'a', 0xFF];
        int[] expected = [IdOf(0xC3), IdOf((byte)'('), A, IdOf(0xFF)];
        Assert.Equal(expected, BytesOnly.Encode(bytes));
        Assert.Equal(bytes, BytesOnly.DecodeBytes(expected));
        Assert.Equal("\ufffd(a\ufffd", BytesOnly.Decode(expected));

        static int IdOf(byte b) => b <= '~' ? b - '!' : b <= 0xAC ? b - 0xA1 + 94 : b - 0xAE + 106;
    }

    [Fact]
    public void Any_bytes_round_trip_exactly()
    {
        var bytes = Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>(),
            Gen.Elements<byte[]>([.. Characters, .. NotUtf8]).ListOf().Select(parts => parts.SelectMany(part => part).ToArray()));
        Check.One(Properties.Of(1000), Prop.ForAll(bytes.ToArbitrary(), b =>
            English.DecodeBytes(English.Encode(b)).AsSpan().SequenceEqual(b)));
    }

    [Fact]
    public void Any_valid_text_round_trips_exactly_and_as_its_bytes_do()
    {
        var text = Gen.Elements(Characters).ListOf().Select(parts => Encoding.UTF8.GetString([.. parts.SelectMany(part => part)]));
        Check.One(Properties.Of(500), Prop.ForAll(text.ToArbitrary(), t =>
            English.Decode(English.Encode(t)) == t && English.Encode(Encoding.UTF8.GetBytes(t)).SequenceEqual(English.Encode(t))));
    }

    [Fact]
    public void Words_of_any_length_merge_as_the_plain_algorithm_merges_them()
    {
        var plain = new PlainBpe(English);
        var word = Gen.Choose(1, 400).SelectMany(length => Gen.Elements("aehilnorst".ToCharArray()).ListOf(length)).Select(string.Concat);
        Check.One(Properties.Of(150), Prop.ForAll(word.ToArbitrary(), w => English.Encode(w).SequenceEqual(plain.EncodeWord(w))));
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character() =>
        Assert.Equal(English.Encode("a\ufffdb"), English.Encode("a\ud835b"));

    [Fact]
    public void The_special_tokens_text_is_ordinary_unless_asked_for()
    {
        const string text = "one<|endoftext|> two<|endoftext|>";
        Assert.DoesNotContain(English.EndOfText, English.Encode(text));
        Assert.Equal(
            [.. English.Encode("one"), English.EndOfText, .. English.Encode(" two"), English.EndOfText],
            English.Encode(text, endOfTextIsSpecial: true));
        Assert.Equal(text, English.Decode(English.Encode(text)));
        Assert.Equal(text, English.Decode(English.Encode(text, endOfTextIsSpecial: true)));
    }

    [Fact]
    public void Padding_is_the_end_of_text_unless_configured_and_outside_the_vocabulary_decodes_to_nothing()
    {
        Assert.Equal(English.EndOfText, English.Padding);
        var padded = English.WithPadding(English.VocabularySize);
        Assert.Equal(English.VocabularySize, padded.Padding);
        Assert.Equal("a", padded.Decode([padded.Padding, .. padded.Encode("a"), padded.Padding]));
        Assert.Equal(English.EndOfText, English.Padding);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(257)]
    public void An_id_outside_the_vocabulary_is_refused(int id)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => BytesOnly.Decode([A, id]));
        Assert.Contains($"no token has the id {id}; the vocabulary has 257", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Huge_words_and_runs_take_no_quadratic_time()
    {
        var random = new Random(1);
        string[] texts =
        [
            string.Concat(Enumerable.Range(0, 100_000).Select(_ => (char)('a' + random.Next(26)))),
            new('e', 100_000), new(' ', 100_000), new string(' ', 100_000) + "end", new('\n', 100_000), new('.', 100_000),
            string.Concat(Enumerable.Repeat("𝔘", 50_000)), string.Concat(Enumerable.Repeat("\ud83d\ude00 ", 50_000)),
        ];
        var watch = Stopwatch.StartNew();
        foreach (var text in texts)
            Assert.Equal(text, English.Decode(English.Encode(text)));
        // Takes a fraction of a second; quadratic merging takes minutes.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void More_words_than_the_cache_holds_encode_alike_the_second_time_and_on_many_threads()
    {
        var text = string.Join(' ', Enumerable.Range(0, 60_000).Select(i => "w" + (char)('a' + i % 26) + i * 7919));
        var bpe = ByteLevelBpe.Train(Corpus.English, 400);
        var first = bpe.Encode(text);
        Assert.Equal(text, bpe.Decode(first));
        var again = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => bpe.Encode(text)).ToArray();
        Assert.All(again, tokens => Assert.Equal(first, tokens));
    }

    private static readonly byte[][] Characters =
    [
        .. new[]
        {
            " ", "  ", "\n", "\r\n", "'s", "'", "the", " of", "a", "1", "é", "e\u0301", "全", "😀", "𝔘", "\u200d", "\u0085",
            "<|endoftext|>", "\0",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>Stray continuation bytes, characters cut short, overlong forms, an encoded surrogate, bytes that UTF-8 never has.</summary>
    private static readonly byte[][] NotUtf8 =
        [[0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5], [0xFF]];
}
