using ActorRlhf.Model.Data;

namespace ActorRlhf.Actors.Episodes;

/// <summary>The query of an episode, which follows from its number: a fresh permutation of all prompts for each pass over them. May be asked from any thread.</summary>
/// <param name="prompts">The prompts' tokens.</param>
/// <param name="seed">The run's seed.</param>
public sealed class EpisodeQueries(IReadOnlyList<int[]> prompts, long seed)
{
    private readonly PromptOrder _order = new(prompts.Count, seed);
    private readonly Lock _lock = new();

    /// <summary>The episode's query.</summary>
    public int[] this[long episode]
    {
        get
        {
            lock (_lock) return prompts[_order[episode]];
        }
    }

    /// <summary>The prompt's place among all prompts.</summary>
    public int PromptOf(long episode)
    {
        lock (_lock) return _order[episode];
    }

    /// <summary>Tokens of the longest query.</summary>
    public int Longest { get; } = prompts.Max(prompt => prompt.Length);
}
