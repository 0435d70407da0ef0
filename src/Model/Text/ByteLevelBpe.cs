using System.Buffers;
using System.Text;

namespace ActorRlhf.Model.Text;

/// <summary>
/// GPT-2's tokenizer (Radford et al. 2019): byte-pair encoding over the bytes of UTF-8, within the words that GPT-2's pattern cuts.
/// Any bytes encode, and decode to exactly themselves. Immutable and safe for any number of threads.
/// </summary>
/// <remarks>
/// <c>&lt;|endoftext|&gt;</c> in ordinary text is encoded like any other characters; it becomes <see cref="EndOfText"/> only where
/// the caller asks for that.
/// </remarks>
public sealed class ByteLevelBpe
{
    /// <summary>How the vocabulary files spell the token that ends a text.</summary>
    public const string EndOfTextSpelling = "<|endoftext|>";

    private readonly byte[][] _tokens;
    private readonly IReadOnlyList<Merge> _merges;
    private readonly MergeTable _table;
    private readonly WordCache _cache;

    /// <param name="tokens">Every token's bytes, by id.</param>
    /// <param name="merges">The merges, by rank.</param>
    /// <param name="endOfText">The id of the token that ends a text, one of <paramref name="tokens"/>.</param>
    internal ByteLevelBpe(byte[][] tokens, IReadOnlyList<Merge> merges, int endOfText)
    {
        _tokens = tokens;
        _merges = merges;
        EndOfText = Padding = endOfText;
        LongestToken = tokens.Max(token => token.Length);

        var byteTokens = new int[256];
        for (var id = tokens.Length - 1; id >= 0; id--)
        {
            if (tokens[id] is [var single])
                byteTokens[single] = id;
        }
        _table = new MergeTable(byteTokens, merges);
        _cache = new WordCache();
    }

    private ByteLevelBpe(ByteLevelBpe source, int padding)
    {
        (_tokens, _merges, _table, _cache) = (source._tokens, source._merges, source._table, source._cache);
        (EndOfText, LongestToken, Padding) = (source.EndOfText, source.LongestToken, padding);
    }

    /// <summary>The number of tokens: ids run from 0 to one less.</summary>
    public int VocabularySize => _tokens.Length;

    /// <summary>The id of <c>&lt;|endoftext|&gt;</c>: 50256 in GPT-2's vocabulary, the last one in a trained one.</summary>
    public int EndOfText { get; }

    /// <summary>
    /// The id that fills up sequences: <see cref="EndOfText"/> unless <see cref="WithPadding"/> chose another. One outside the
    /// vocabulary, as OpenAI's 50257, decodes to nothing.
    /// </summary>
    public int Padding { get; }

    /// <summary>Bytes in the longest token.</summary>
    internal int LongestToken { get; }

    /// <summary>
    /// Learns a vocabulary: 256 single bytes, merges from the most frequent down, and <c>&lt;|endoftext|&gt;</c> last. The same
    /// texts in any order give the same vocabulary. It is smaller than asked when no pair of tokens occurs twice any more.
    /// </summary>
    /// <param name="texts">What to learn from; read once.</param>
    /// <param name="vocabularySize">Tokens to have in the end, 257 or more.</param>
    /// <param name="progress">Told the share of merges learned, from 0 to 1.</param>
    /// <param name="cancellationToken">Stops it between two merges.</param>
    /// <exception cref="UserErrorException">The size leaves no room for the bytes and the end of a text.</exception>
    public static ByteLevelBpe Train(
        IEnumerable<string> texts, int vocabularySize, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        if (vocabularySize < 257)
        {
            throw new UserErrorException(
                $"vocabulary size {vocabularySize}: a byte-level vocabulary has 256 bytes and {EndOfTextSpelling}; ask for 257 or more");
        }
        var trainer = new BpeTrainer();
        trainer.Train(texts, vocabularySize - 1, progress, cancellationToken);
        return new ByteLevelBpe([.. trainer.Tokens, Encoding.UTF8.GetBytes(EndOfTextSpelling)], trainer.Merges, trainer.Tokens.Count);
    }

    /// <summary>Reads GPT-2's <c>vocab.json</c> and <c>merges.txt</c>, OpenAI's or as Hugging Face exports them.</summary>
    /// <exception cref="UserErrorException">A file is missing or not what its name says; the message names the line or token.</exception>
    public static ByteLevelBpe Load(string directory) => VocabularyFiles.Read(directory);

    /// <summary>Writes <c>vocab.json</c> and <c>merges.txt</c> as Hugging Face's GPT2Tokenizer reads them; makes the directory.</summary>
    public void Save(string directory) => VocabularyFiles.Write(directory, _tokens, _merges);

    /// <summary>The same tokenizer with another padding id, inside the vocabulary or not.</summary>
    public ByteLevelBpe WithPadding(int padding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        return new ByteLevelBpe(this, padding);
    }

    /// <summary>The tokens of a text. A surrogate without its partner, which no UTF-8 has, counts as U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <param name="endOfTextIsSpecial">Whether <c>&lt;|endoftext|&gt;</c> in it stands for the special token.</param>
    public int[] Encode(string text, bool endOfTextIsSpecial = false)
    {
        var tokens = new List<int>(text.Length / 3 + 8);
        var rest = text.AsSpan();
        while (endOfTextIsSpecial && rest.IndexOf(EndOfTextSpelling, StringComparison.Ordinal) is >= 0 and var at)
        {
            Encode(rest[..at], tokens);
            tokens.Add(EndOfText);
            rest = rest[(at + EndOfTextSpelling.Length)..];
        }
        Encode(rest, tokens);
        return [.. tokens];
    }

    /// <summary>The tokens of any bytes, valid UTF-8 or not; <see cref="DecodeBytes"/> gives exactly them back.</summary>
    public int[] Encode(ReadOnlySpan<byte> utf8)
    {
        var tokens = new List<int>(utf8.Length / 3 + 8);
        Encode(utf8, tokens);
        return [.. tokens];
    }

    /// <summary>The bytes that tokens stand for: their spelling for special ones, nothing for padding outside the vocabulary.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is neither in the vocabulary nor <see cref="Padding"/>.</exception>
    public byte[] DecodeBytes(ReadOnlySpan<int> tokens)
    {
        var length = 0;
        foreach (var id in tokens)
            length += BytesOf(id).Length;
        var bytes = new byte[length];
        var rest = bytes.AsSpan();
        foreach (var id in tokens)
        {
            var token = BytesOf(id);
            token.CopyTo(rest);
            rest = rest[token.Length..];
        }
        return bytes;
    }

    /// <summary>The text that tokens stand for; what is not UTF-8 (a character cut in the middle) reads as U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is neither in the vocabulary nor <see cref="Padding"/>.</exception>
    public string Decode(ReadOnlySpan<int> tokens) => Encoding.UTF8.GetString(DecodeBytes(tokens));

    private void Encode(ReadOnlySpan<char> text, List<int> tokens)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Encode(buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)), tokens);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Encode(ReadOnlySpan<byte> utf8, List<int> tokens)
    {
        while (!utf8.IsEmpty)
        {
            var end = PreTokenizer.WordEnd(utf8, 0);
            tokens.AddRange(_cache.TokensOf(utf8[..end], _table));
            utf8 = utf8[end..];
        }
    }

    private ReadOnlySpan<byte> BytesOf(int id)
    {
        if ((uint)id < (uint)_tokens.Length)
            return _tokens[id];
        return id == Padding
            ? []
            : throw new ArgumentOutOfRangeException(nameof(id), id, $"no token has the id {id}; the vocabulary has {_tokens.Length}");
    }
}
