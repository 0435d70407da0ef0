using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorRlhf.Model.Text;

/// <summary>
/// Learns BPE's merges from text: counts each distinct word once, keeps the count of every adjacent pair up to date and merges the
/// most frequent until the vocabulary is full. Of equally frequent pairs the one with the lower token ids wins, so the result
/// depends on how often words occur and not on their order.
/// </summary>
internal sealed class BpeTrainer
{
    /// <summary>A pair that occurs once compresses nothing.</summary>
    private const long LeastCount = 2;

    private readonly List<byte[]> _tokens = [.. ByteAlphabet.InVocabularyOrder.ToArray().Select(b => new[] { b })];
    private readonly HashSet<byte[]> _known = new(ByteSequenceComparer.Instance);
    private readonly List<Merge> _merges = [];
    private readonly List<(int[] Tokens, long Count)> _words = [];
    private readonly Dictionary<ulong, PairCount> _pairs = [];
    private readonly PriorityQueue<ulong, (long Count, ulong Pair)> _queue = new(MostFrequentFirst.Instance);

    /// <summary>The tokens' bytes by id: the 256 single bytes, then what each merge makes.</summary>
    public IReadOnlyList<byte[]> Tokens => _tokens;

    /// <summary>The merges by rank; the one of rank r makes token 256 + r.</summary>
    public IReadOnlyList<Merge> Merges => _merges;

    /// <summary>Learns merges until there are <paramref name="tokenCount"/> tokens or no pair occurs twice.</summary>
    public void Train(IEnumerable<string> texts, int tokenCount, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        CountWords(texts, cancellationToken);
        for (var word = 0; word < _words.Count; word++)
        {
            var (tokens, count) = _words[word];
            for (var i = 0; i + 1 < tokens.Length; i++)
                Add(tokens[i], tokens[i + 1], count, word);
        }
        foreach (var (pair, counted) in _pairs)
            _queue.Enqueue(pair, (counted.Count, pair));

        var toLearn = tokenCount - _tokens.Count;
        while (_tokens.Count < tokenCount && TryTakeMostFrequent(out var pair, out var words))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (left, right) = ((int)(pair >> 32), (int)(uint)pair);
            byte[] bytes = [.. _tokens[left], .. _tokens[right]];
            // Two ways to the same bytes would need one id for both; the first way is enough.
            if (!_known.Add(bytes))
                continue;
            var merge = new Merge(left, right, _tokens.Count);
            _tokens.Add(bytes);
            _merges.Add(merge);
            Apply(merge, words);
            if (_merges.Count % Math.Max(1, toLearn / 100) == 0)
                progress?.Report((double)_merges.Count / toLearn);
        }
        progress?.Report(1);
    }

    private void CountWords(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var byteTokens = new int[256];
        for (var id = 0; id < byteTokens.Length; id++)
            byteTokens[ByteAlphabet.InVocabularyOrder[id]] = id;

        var counts = new Dictionary<byte[], long>(ByteSequenceComparer.Instance);
        var bySpan = counts.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
            while (!bytes.IsEmpty)
            {
                var end = PreTokenizer.WordEnd(bytes, 0);
                bySpan.TryGetValue(bytes[..end], out var count);
                bySpan[bytes[..end]] = count + 1;
                bytes = bytes[end..];
            }
        }
        foreach (var (word, count) in counts)
            _words.Add((Array.ConvertAll(word, b => byteTokens[b]), count));
    }

    private void Add(int left, int right, long count, int word)
    {
        var pair = ((ulong)(uint)left << 32) | (uint)right;
        if (!_pairs.TryGetValue(pair, out var counted))
            _pairs.Add(pair, counted = new PairCount());
        counted.Count += count;
        if (count > 0 && (counted.Words.Count == 0 || counted.Words[^1] != word))
            counted.Words.Add(word);
    }

    /// <summary>Counts in the queue may be outdated, but only upwards: a pair whose count fell goes back with its real one.</summary>
    private bool TryTakeMostFrequent(out ulong pair, [NotNullWhen(true)] out List<int>? words)
    {
        while (_queue.TryDequeue(out pair, out var priority))
        {
            var counted = _pairs[pair];
            if (counted.Count < LeastCount)
                continue;
            if (counted.Count != priority.Count)
            {
                _queue.Enqueue(pair, (counted.Count, pair));
                continue;
            }
            words = counted.Words;
            return true;
        }
        words = null;
        return false;
    }

    private void Apply(Merge merge, List<int> words)
    {
        var created = new HashSet<ulong>();
        foreach (var word in words)
        {
            var (tokens, count) = _words[word];
            var length = 0;
            for (var i = 0; i < tokens.Length; i++)
            {
                if (i + 1 == tokens.Length || tokens[i] != merge.Left || tokens[i + 1] != merge.Right)
                {
                    tokens[length++] = tokens[i];
                    continue;
                }
                if (length > 0)
                    Replace(tokens[length - 1], merge.Left, tokens[length - 1], merge.Merged);
                if (i + 2 < tokens.Length)
                    Replace(merge.Right, tokens[i + 2], merge.Merged, tokens[i + 2]);
                tokens[length++] = merge.Merged;
                i++;
            }
            _words[word] = (tokens[..length], count);

            void Replace(int oldLeft, int oldRight, int newLeft, int newRight)
            {
                Add(oldLeft, oldRight, -count, word);
                Add(newLeft, newRight, count, word);
                created.Add(((ulong)(uint)newLeft << 32) | (uint)newRight);
            }
        }
        foreach (var pair in created)
            _queue.Enqueue(pair, (_pairs[pair].Count, pair));
    }

    private sealed class PairCount
    {
        public long Count;

        /// <summary>Words that hold the pair, or held it.</summary>
        public readonly List<int> Words = [];
    }

    private sealed class MostFrequentFirst : IComparer<(long Count, ulong Pair)>
    {
        public static readonly MostFrequentFirst Instance = new();

        public int Compare((long Count, ulong Pair) x, (long Count, ulong Pair) y) =>
            x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Pair.CompareTo(y.Pair);
    }

    private sealed class ByteSequenceComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly ByteSequenceComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public bool Equals(ReadOnlySpan<byte> span, byte[] bytes) => span.SequenceEqual(bytes);

        public int GetHashCode(ReadOnlySpan<byte> span)
        {
            var hash = new HashCode();
            hash.AddBytes(span);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> span) => span.ToArray();
    }
}
