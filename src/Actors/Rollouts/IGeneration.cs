using ActorRlhf.Model.Generation;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>What generates responses. It is made, used and disposed on a rollout's own thread, but for <see cref="Fetch"/>.</summary>
public interface IGeneration : IDisposable
{
    /// <summary>Sequences that go side by side.</summary>
    int Slots { get; }

    /// <summary>Sequences under way.</summary>
    int Active { get; }

    /// <summary>
    /// Gets the weights of a version, or of a newer one, while sequences go on under those in use. From any thread; not again before <see cref="Swap"/> and the
    /// <see cref="Step"/> after it, unless it failed.
    /// </summary>
    /// <returns>Which version it is.</returns>
    /// <exception cref="ActorRlhf.Model.UserErrorException">It is of a network of another shape; it is of no use to ask again.</exception>
    Task<long> Fetch(long version, CancellationToken cancellation);

    /// <summary>The next step is the first one under the weights fetched last, for the sequences under way too.</summary>
    void Swap();

    /// <summary>Begins a sequence in a free slot.</summary>
    void Add(Query query);

    /// <summary>Draws one token for every sequence under way; does nothing where there is none.</summary>
    /// <param name="finished">Where those go that have ended.</param>
    void Step(ICollection<Completion> finished);
}
