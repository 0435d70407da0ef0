using System.Data.Common;
using System.Text.Json;
using ActorRlhf.Model;
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

    /// <summary>An <see cref="EpisodeAccount"/>; with an episode's number behind it, an <see cref="EpisodeStory"/>.</summary>
    public const string EpisodesPath = "/api/episodes";

    /// <summary>A <see cref="Bottleneck"/>.</summary>
    public const string WhyPath = "/api/why";

    /// <summary>Adds them.</summary>
    /// <param name="routes">The node's.</param>
    /// <param name="observation">Answers; null while the node is starting.</param>
    public static void MapObservation(this IEndpointRouteBuilder routes, Func<Observation?> observation)
    {
        routes.MapGet(NodePath, () => Answer(observation(), answers => answers.NodeAsync()));
        routes.MapGet(ClusterPath, () => Answer(observation(), answers => answers.ClusterAsync()));
        routes.MapGet(EpisodesPath, () => Answer(observation(), answers => answers.AccountAsync()));
        routes.MapGet(WhyPath, () => Answer(observation(), answers => answers.WhyAsync()));
        routes.MapGet(EpisodesPath + "/{episode:long}", (long episode) => Answer(observation(), answers => answers.StoryAsync(episode)));
    }

    private static async Task<IResult> Answer<T>(Observation? observation, Func<Observation, Task<T>> ask)
    {
        if (observation is null) return Refuse(StatusCodes.Status503ServiceUnavailable, "the node is starting; ask again in a moment");
        try
        {
            return Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(await ask(observation).ConfigureAwait(false), OperationsJson.Options), "application/json");
        }
        catch (UserErrorException e)
        {
            return Refuse(StatusCodes.Status404NotFound, e.Message);
        }
        catch (DbException e)
        {
            return Refuse(StatusCodes.Status503ServiceUnavailable, $"the database does not answer: {e.Message}");
        }
    }

    private static IResult Refuse(int status, string error) => Results.Json(new ActionAnswer(Error: error), OperationsJson.Options, statusCode: status);
}
