using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Actors.Tests.Rollouts;

/// <summary>
/// Generation without a model: a sequence ends after as many steps as its query's first token says. Versions can be had at once, or when
/// <paramref name="fetch"/> says.
/// </summary>
internal sealed class ScriptedGeneration(int slots, Func<long, Task<long>>? fetch = null, Action? step = null) : IGeneration
{
    private readonly Dictionary<Query, (int Left, long First)> _active = [];
    private long _fetched = -1;
    private long _version = -1;

    public int Slots => slots;

    public int Active => _active.Count;

    public int Steps { get; private set; }

    public async Task<long> Fetch(long version, CancellationToken cancellation) =>
        _fetched = fetch is null ? version : await fetch(version).WaitAsync(cancellation);

    public void Swap() => _version = _fetched;

    public void Add(Query query) => _active.Add(query, (query.Tokens[0], _version));

    public void Step(ICollection<Completion> finished)
    {
        step?.Invoke();
        Steps++;
        foreach (var (query, (left, first)) in _active.ToList())
        {
            if (left > 1)
            {
                _active[query] = (left - 1, first);
                continue;
            }

            _active.Remove(query);
            finished.Add(new Completion(query.EpisodeId, query.Tokens, [1, 2], [-1, -2], Ended: true, first, _version));
        }
    }

    public void Dispose() => _active.Clear();
}
