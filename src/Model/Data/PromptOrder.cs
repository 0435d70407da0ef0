namespace ActorRlhf.Model.Data;

/// <summary>Which prompt an episode summarizes: a fresh permutation of all prompts for each pass over them, known from (seed, episode) alone.</summary>
public sealed class PromptOrder
{
    private readonly int _prompts;
    private readonly long _seed;
    private (long Pass, int[] Order) _current = (-1, []);

    /// <param name="prompts">How many prompts there are.</param>
    /// <param name="seed">The run's seed.</param>
    public PromptOrder(int prompts, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prompts);
        _prompts = prompts;
        _seed = seed;
    }

    /// <summary>The index of an episode's prompt.</summary>
    public int this[long episode]
    {
        get
        {
            var pass = episode / _prompts;
            if (_current.Pass != pass)
                _current = (pass, new RandomStream(_seed, pass).Permutation(_prompts));
            return _current.Order[episode % _prompts];
        }
    }
}
