namespace ActorRlhf.Model.Training;

/// <summary>Cuts a batch into minibatches, the same way whenever it is asked.</summary>
public static class Minibatches
{
    /// <summary>
    /// A fresh shuffle of 0 … <paramref name="items"/> − 1 for every epoch of every update, cut into <paramref name="count"/> parts whose sizes
    /// differ by at most one, each sorted by length (ties by index), so that rows of like length meet in the attention. The result depends on the
    /// arguments only: the shuffle is Fisher–Yates over SplitMix64 (Steele et al. 2014), not a library's generator that may change.
    /// </summary>
    /// <param name="items">Number of sequences.</param>
    /// <param name="count">Number of minibatches; with more than there are sequences, every sequence is a minibatch.</param>
    /// <param name="length">Length of a sequence.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="update">Number of the update.</param>
    /// <param name="epoch">Number of the epoch in the update.</param>
    public static int[][] Of(int items, int count, Func<int, int> length, long seed, long update, int epoch)
    {
        int[] order = Shuffle(items, seed, update, epoch);
        count = Math.Min(count, items);
        var minibatches = new int[count][];
        for (int i = 0, start = 0; i < count; i++)
        {
            int end = (int)((long)items * (i + 1) / count);
            minibatches[i] = [.. order[start..end].OrderBy(length).ThenBy(item => item)];
            start = end;
        }

        return minibatches;
    }

    /// <summary>
    /// Groups of indices, longest sequences first, of at most <paramref name="tokens"/> tokens each (a longer sequence is a group of its own).
    /// </summary>
    /// <param name="lengths">Length of each sequence.</param>
    /// <param name="tokens">Token budget of a group.</param>
    public static IEnumerable<int[]> ByTokens(IReadOnlyList<int> lengths, int tokens)
    {
        var group = new List<int>();
        long used = 0;
        foreach (int index in Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i]).ThenBy(i => i))
        {
            if (group.Count > 0 && used + lengths[index] > tokens)
            {
                yield return [.. group];
                group.Clear();
                used = 0;
            }

            group.Add(index);
            used += lengths[index];
        }

        if (group.Count > 0)
            yield return [.. group];
    }

    /// <summary>A permutation of 0 … <paramref name="items"/> − 1 that depends on the arguments only.</summary>
    public static int[] Shuffle(int items, long seed, long update, int epoch)
    {
        ulong state = Mix(Mix(Mix((ulong)seed) ^ (ulong)update) ^ (ulong)epoch);
        int[] order = [.. Enumerable.Range(0, items)];
        for (int i = items - 1; i > 0; i--)
        {
            state += 0x9E3779B97F4A7C15;
            // The high half of a 128-bit product: uniform up to a bias of items / 2^64.
            int j = (int)Math.BigMul(Mix(state), (ulong)(i + 1), out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
