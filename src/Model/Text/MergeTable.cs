using System.Numerics;

namespace ActorRlhf.Model.Text;

/// <summary>
/// BPE's merges by pair of tokens. A word starts as one token a byte; the adjacent pair of lowest rank, leftmost first, becomes one
/// token until no pair has a merge (Sennrich et al. 2016).
/// </summary>
internal sealed class MergeTable
{
    /// <summary>Up to here scanning for the best pair beats a heap, and the work fits on the stack.</summary>
    private const int ShortWord = 64;
    private const ulong Empty = ulong.MaxValue;
    private const int NoMerge = int.MaxValue;

    private readonly int[] _byteTokens;
    private readonly ulong[] _pairs;
    private readonly (int Rank, int Merged)[] _results;
    private readonly int _shift;

    /// <param name="byteTokens">The token of each byte.</param>
    /// <param name="merges">The merges, by rank.</param>
    public MergeTable(int[] byteTokens, IReadOnlyList<Merge> merges)
    {
        _byteTokens = byteTokens;
        var size = BitOperations.RoundUpToPowerOf2((uint)(2 * merges.Count + 2));
        _shift = 64 - BitOperations.Log2(size);
        _pairs = new ulong[size];
        _results = new (int, int)[size];
        Array.Fill(_pairs, Empty);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var slot = Slot(Pair(merges[rank].Left, merges[rank].Right));
            if (_pairs[slot] != Empty)
                continue; // a pair listed twice keeps its first rank
            _pairs[slot] = Pair(merges[rank].Left, merges[rank].Right);
            _results[slot] = (rank, merges[rank].Merged);
        }
    }

    /// <summary>The tokens of one word.</summary>
    public int[] Apply(ReadOnlySpan<byte> word) => word.Length <= ShortWord ? ApplyByScan(word) : ApplyByHeap(word);

    private int[] ApplyByScan(ReadOnlySpan<byte> word)
    {
        Span<int> tokens = stackalloc int[ShortWord];
        Span<int> ranks = stackalloc int[ShortWord]; // of the pair that starts at each token
        var count = word.Length;
        for (var i = 0; i < count; i++)
            tokens[i] = _byteTokens[word[i]];
        for (var i = 0; i + 1 < count; i++)
            ranks[i] = Find(tokens[i], tokens[i + 1]).Rank;

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }
            if (ranks[best] == NoMerge)
                break;

            tokens[best] = Find(tokens[best], tokens[best + 1]).Merged;
            tokens[(best + 2)..count].CopyTo(tokens[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            count--;
            if (best > 0)
                ranks[best - 1] = Find(tokens[best - 1], tokens[best]).Rank;
            if (best + 1 < count)
                ranks[best] = Find(tokens[best], tokens[best + 1]).Rank;
        }
        return tokens[..count].ToArray();
    }

    /// <summary>The same in O(n log n): a linked list of tokens and a heap of its pairs, whose outdated entries are skipped.</summary>
    private int[] ApplyByHeap(ReadOnlySpan<byte> word)
    {
        var count = word.Length;
        var tokens = new int[count];
        var next = new int[count];
        var previous = new int[count];
        var pairs = new PriorityQueue<int, (int Rank, int Position)>(count, ByRankThenPosition.Instance);
        for (var i = 0; i < count; i++)
        {
            tokens[i] = _byteTokens[word[i]];
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        for (var i = 0; i < count - 1; i++)
            Offer(i);

        while (pairs.TryDequeue(out var left, out var priority))
        {
            var right = next[left];
            if (tokens[left] < 0 || right == count)
                continue;
            var (rank, merged) = Find(tokens[left], tokens[right]);
            if (rank != priority.Rank)
                continue;

            tokens[left] = merged;
            tokens[right] = -1;
            next[left] = next[right];
            if (next[left] < count)
            {
                previous[next[left]] = left;
                Offer(left);
            }
            if (previous[left] >= 0)
                Offer(previous[left]);
        }
        return [.. tokens.Where(token => token >= 0)];

        void Offer(int left)
        {
            var rank = Find(tokens[left], tokens[next[left]]).Rank;
            if (rank != NoMerge)
                pairs.Enqueue(left, (rank, left));
        }
    }

    private (int Rank, int Merged) Find(int left, int right)
    {
        var slot = Slot(Pair(left, right));
        return _pairs[slot] == Empty ? (NoMerge, -1) : _results[slot];
    }

    /// <summary>Where the pair is, or the empty slot where it would be.</summary>
    private uint Slot(ulong pair)
    {
        var slot = (uint)((pair * 0x9E3779B97F4A7C15) >> _shift);
        while (_pairs[slot] != pair && _pairs[slot] != Empty)
            slot = (slot + 1) & (uint)(_pairs.Length - 1);
        return slot;
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private sealed class ByRankThenPosition : IComparer<(int Rank, int Position)>
    {
        public static readonly ByRankThenPosition Instance = new();

        public int Compare((int Rank, int Position) x, (int Rank, int Position) y) =>
            x.Rank != y.Rank ? x.Rank.CompareTo(y.Rank) : x.Position.CompareTo(y.Position);
    }
}
