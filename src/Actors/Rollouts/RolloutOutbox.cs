using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>
/// Finished responses that a rollout keeps until they are settled: journaled or refused by their shard. One that a scorer has and does not settle in time, or at all
/// because it is gone, is given to another.
/// </summary>
/// <typeparam name="TScorer">Who scores.</typeparam>
/// <param name="patience">How long a scorer may take.</param>
public sealed class RolloutOutbox<TScorer>(TimeSpan patience)
    where TScorer : notnull
{
    private readonly Dictionary<long, SampledEpisode> _kept = [];
    private readonly SortedSet<long> _waiting = [];
    private readonly Dictionary<long, (TScorer Scorer, TimeSpan Due)> _handed = [];

    /// <summary>Responses that are kept.</summary>
    public int Count => _kept.Count;

    /// <summary>Those that no scorer has.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Those that a scorer has.</summary>
    public int Handed => _handed.Count;

    /// <summary>Whether an episode's response is kept.</summary>
    public bool Contains(long episode) => _kept.ContainsKey(episode);

    /// <summary>Keeps a response; a second one of the same episode is not kept.</summary>
    public void Add(SampledEpisode sampled)
    {
        if (_kept.TryAdd(sampled.Episode, sampled)) _waiting.Add(sampled.Episode);
    }

    /// <summary>Gives responses to a scorer, of the lowest episodes.</summary>
    /// <param name="scorer">To whom.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="now">The time on a clock that never jumps.</param>
    public IReadOnlyList<SampledEpisode> Hand(TScorer scorer, int count, TimeSpan now)
    {
        long[] episodes = [.. _waiting.Take(count)];
        foreach (var episode in episodes)
        {
            _waiting.Remove(episode);
            _handed.Add(episode, (scorer, now + patience));
        }

        return [.. episodes.Select(episode => _kept[episode])];
    }

    /// <summary>An episode is settled, whoever says so.</summary>
    /// <returns>Whether its response was kept.</returns>
    public bool Settle(long episode)
    {
        _waiting.Remove(episode);
        _handed.Remove(episode);
        return _kept.Remove(episode);
    }

    /// <summary>Every episode below one is trained on, with these responses or others: none of them need be kept.</summary>
    /// <returns>The episodes whose responses were kept.</returns>
    public IReadOnlyList<long> SettleBelow(long end)
    {
        long[] below = [.. _kept.Keys.Where(episode => episode < end).Order()];
        foreach (var episode in below) Settle(episode);
        return below;
    }

    /// <summary>A scorer is gone.</summary>
    public void Lose(TScorer scorer) => TakeBack(handed => EqualityComparer<TScorer>.Default.Equals(handed.Scorer, scorer));

    /// <summary>Takes back what scorers have had for too long.</summary>
    public void Expire(TimeSpan now) => TakeBack(handed => handed.Due <= now);

    private void TakeBack(Func<(TScorer Scorer, TimeSpan Due), bool> isDue)
    {
        foreach (var (episode, _) in _handed.Where(handed => isDue(handed.Value)).ToList())
        {
            _handed.Remove(episode);
            _waiting.Add(episode);
        }
    }
}
