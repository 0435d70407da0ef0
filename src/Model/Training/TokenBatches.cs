namespace ActorRlhf.Model.Training;

/// <summary>
/// An epoch's batches of like-long sequences, each of about as many tokens as the budget says. The order depends on (seed, epoch) only,
/// so a step's batch is known from its number alone and a resumed run goes on where it stopped.
/// </summary>
public sealed class TokenBatches
{
    private const int Window = 32; // batches whose sequences are sorted together: longer runs of one length, still well mixed

    private readonly IReadOnlyList<TrainingSequence> _sequences;
    private readonly int _budget;
    private readonly long _seed;
    private readonly int _perWindow;
    private (long Epoch, int[][] Batches) _current = (-1, []);

    /// <param name="sequences">What to learn from.</param>
    /// <param name="tokensPerBatch">Tokens a batch holds on average.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="UserErrorException">There is nothing to learn from.</exception>
    public TokenBatches(IReadOnlyList<TrainingSequence> sequences, int tokensPerBatch, long seed)
    {
        if (sequences.Count == 0)
            throw new UserErrorException("the training split has no examples; make a larger dataset");
        _sequences = sequences;
        _budget = tokensPerBatch;
        _seed = seed;
        var tokens = sequences.Sum(sequence => (long)sequence.Tokens.Length);
        BatchesPerEpoch = (int)Math.Max(1, (tokens + tokensPerBatch / 2) / tokensPerBatch);
        _perWindow = (int)Math.Ceiling(sequences.Count * (double)Math.Min(Window, BatchesPerEpoch) / BatchesPerEpoch);
    }

    /// <summary>How many batches make one pass over the sequences.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The sequences of a step, counted from 0 over all epochs.</summary>
    public IReadOnlyList<TrainingSequence> this[long step]
    {
        get
        {
            var epoch = step / BatchesPerEpoch;
            if (_current.Epoch != epoch)
                _current = (epoch, Cut(new RandomStream(_seed, epoch)));
            return [.. _current.Batches[step % BatchesPerEpoch].Select(index => _sequences[index])];
        }
    }

    // Windows of a shuffled order, sorted by length, cut where the tokens pass the next multiple of the mean; then the cuts shuffled.
    private int[][] Cut(RandomStream random)
    {
        var order = random.Permutation(_sequences.Count)
            .Chunk(_perWindow).SelectMany(window => window.OrderBy(index => _sequences[index].Tokens.Length).ThenBy(index => index)).ToArray();
        var total = order.Sum(index => (long)_sequences[index].Tokens.Length);
        var batches = new List<int>[BatchesPerEpoch];
        var before = 0L;
        foreach (var index in order)
        {
            var batch = (int)Math.Min(BatchesPerEpoch - 1, before * BatchesPerEpoch / total);
            (batches[batch] ??= []).Add(index);
            before += _sequences[index].Tokens.Length;
        }
        var cut = batches.Where(batch => batch is not null).Select(batch => batch.ToArray()).ToList();
        while (cut.Count < BatchesPerEpoch) // a sequence longer than a batch leaves the next one empty
            cut.Add(cut[cut.Count % batches.Count(batch => batch is not null)]);
        var shuffled = cut.ToArray();
        random.Shuffle(shuffled.AsSpan());
        return shuffled;
    }
}
