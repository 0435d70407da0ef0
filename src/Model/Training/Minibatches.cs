namespace ActorRlhf.Model.Training;

/// <summary>Cuts a batch into minibatches, the same way whenever it is asked.</summary>
public static class Minibatches
{
    /// <summary>
    /// A fresh shuffle of 0 … <paramref name="items"/> − 1 for every epoch of every update, cut into <paramref name="count"/> parts whose sizes
    /// differ by at most one, each sorted by length (ties by index), so that rows of like length meet in the attention. The result depends on the
    /// arguments only.
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

    /// <summary>Indices dealt to at most <paramref name="parts"/> parts, none empty, longest sequences first: parts of like size, of like lengths.</summary>
    /// <param name="lengths">Length of each sequence.</param>
    /// <param name="parts">Number of parts.</param>
    public static int[][] Parts(IReadOnlyList<int> lengths, int parts)
    {
        int[] order = [.. Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i]).ThenBy(i => i)];
        return [.. Enumerable.Range(0, Math.Min(parts, order.Length)).Select(part => order.Where((_, place) => place % parts == part).ToArray())];
    }

    /// <summary>A permutation of 0 … <paramref name="items"/> − 1 that depends on the arguments only.</summary>
    public static int[] Shuffle(int items, long seed, long update, int epoch) =>
        new RandomStream((long)new RandomStream(seed, update).NextBits(), epoch).Permutation(items);
}
