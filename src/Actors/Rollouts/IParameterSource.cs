using ActorRlhf.Model.Networks;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>Where a rollout gets the weights of versions that it has heard of.</summary>
public interface IParameterSource
{
    /// <summary>Writes the policy's weights of a version, or of a newer one, into a block. It waits until they can be had, and may be called from any thread.</summary>
    /// <param name="version">An announced version.</param>
    /// <param name="into">A block of the policy's shape that nobody reads; what is in it when the task fails is undefined.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Which version was written.</returns>
    /// <exception cref="ActorRlhf.Model.UserErrorException">The version is of a network of another shape; it is of no use to ask again.</exception>
    Task<long> Fetch(long version, ParameterBlock into, CancellationToken cancellation);
}
