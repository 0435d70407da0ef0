using System.Numerics;

namespace ActorRlhf.Actors.Parameters;

/// <summary>Chunks by their rank, 64 to a word, so that the first one of a source is found without a look at each.</summary>
internal sealed class RankSet(int count)
{
    private readonly ulong[] _words = new ulong[(count + 63) / 64];

    public void Add(int rank) => _words[rank >> 6] |= 1UL << (rank & 63);

    public void Remove(int rank) => _words[rank >> 6] &= ~(1UL << (rank & 63));

    /// <summary>The first that is in another set as well, or null.</summary>
    public int? FirstIn(RankSet other)
    {
        for (var word = 0; word < _words.Length; word++)
        {
            if ((_words[word] & other._words[word]) is not 0 and var both) return First(word, both);
        }

        return null;
    }

    /// <summary>The first that is in none of the others, or null.</summary>
    public int? FirstOutside(IReadOnlyList<RankSet> others)
    {
        for (var word = 0; word < _words.Length; word++)
        {
            var left = _words[word];
            for (var i = 0; left != 0 && i < others.Count; i++) left &= ~others[i]._words[word];
            if (left != 0) return First(word, left);
        }

        return null;
    }

    private static int First(int word, ulong bits) => (word << 6) + BitOperations.TrailingZeroCount(bits);
}
