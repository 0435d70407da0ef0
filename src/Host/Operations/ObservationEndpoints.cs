using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorRlhf.Host.Operations;

/// <summary>Where a node is asked how things are.</summary>
internal static class ObservationEndpoints
{
    /// <summary>A <see cref="NodeReport"/> of the node.</summary>
    public const string NodePath = "/api/node";

    /// <summary>A <see cref="ClusterReport"/>.</summary>
    public const string ClusterPath = "/api/topology";

    /// <summary>Adds them.</summary>
    /// <param name="routes">The node's.</param>
    /// <param name="observation">Answers; null while the node is starting.</param>
    public static void MapObservation(this IEndpointRouteBuilder routes, Func<Observation?> observation)
    {
        Map(NodePath, answers => answers.NodeAsync());
        Map(ClusterPath, answers => answers.ClusterAsync());

        void Map<T>(string path, Func<Observation, Task<T>> answer) => routes.MapGet(path, async Task<IResult> () => observation() is { } answers
            ? Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(await answer(answers).ConfigureAwait(false), OperationsJson.Options), "application/json")
            : Results.Json(new { error = "the node is starting; ask again in a moment" }, OperationsJson.Options, statusCode: StatusCodes.Status503ServiceUnavailable));
    }
}
