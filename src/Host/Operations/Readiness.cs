using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// Whether a node can work: <c>GET /health/ready</c> answers 200 where it is a member of the cluster, its rollout and scorer run, and it has heard from the learner lately;
/// otherwise 503 with the reason in a word, one of this class's. A run that is paused is ready.
/// </summary>
internal static class Readiness
{
    /// <summary>It has not entered the cluster yet.</summary>
    public const string Starting = "starting";

    /// <summary>Its rollout or its scorer does not run: it is drained, or they have failed.</summary>
    public const string Workers = "workers";

    /// <summary>The learner has not been heard of, or not lately.</summary>
    public const string Learner = "learner";

    /// <summary>Adds the endpoint.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="obstacle">Why the node is not ready, in a word; null where it is.</param>
    public static void MapReadiness(this IEndpointRouteBuilder routes, Func<string?> obstacle) => routes.MapGet(NodeGate.ReadyPath, () =>
        obstacle() is { } word ? Results.Text(word, statusCode: StatusCodes.Status503ServiceUnavailable) : Results.Text("ready"));

    /// <summary>Why a node is not ready, in a word; null where it is.</summary>
    /// <param name="status">What the membership says of it; null where it is no member.</param>
    /// <param name="workers">The paths of the actors that its roles need.</param>
    /// <param name="gauges">Its actors.</param>
    /// <param name="silence">How long ago the learner was heard of; null for never.</param>
    public static string? Obstacle(string? status, IEnumerable<string> workers, IReadOnlyList<ActorGauge> gauges, TimeSpan? silence)
    {
        if (status != "up") return status ?? Starting;
        if (workers.Any(path => !gauges.Any(gauge => gauge.Path == path && gauge.State == ActorState.Running))) return Workers;
        return silence is { } since && since < NodeStatus.Patience ? null : Learner;
    }
}
