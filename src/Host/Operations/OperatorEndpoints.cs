using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace ActorRlhf.Host.Operations;

/// <summary>What operators want done, over HTTP: <c>POST /api/pause</c>, <c>resume</c>, <c>set</c>, <c>checkpoint</c>, <c>drain</c> and <c>leave</c>; and who has done what, <c>GET /api/audit</c>.</summary>
internal static class OperatorEndpoints
{
    private const int MostEntries = 1_000;

    /// <summary>Adds them.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="desk">Who does it.</param>
    /// <param name="audit">The audit journal.</param>
    public static void MapOperator(this IEndpointRouteBuilder routes, OperatorDesk desk, AuditLog audit)
    {
        routes.MapPost("/api/pause", (HttpContext http, string? reason) => Answer(desk.Pause(http, reason ?? "")));
        routes.MapPost("/api/resume", (HttpContext http, [FromQuery] string[]? accept, string? reason) => Answer(desk.Resume(http, accept ?? [], reason ?? "")));
        routes.MapPost("/api/checkpoint", (HttpContext http, string? reason) => Answer(desk.Checkpoint(http, reason ?? "")));
        routes.MapPost("/api/set", (HttpContext http, string? key, string? value, string? reason) => Answer(desk.Set(http, key ?? "", value ?? "", reason ?? "")));
        routes.MapPost("/api/drain", (HttpContext http, string? node, string? reason) => Answer(desk.Drain(http, node ?? "", reason ?? "")));
        routes.MapPost("/api/leave", (HttpContext http, string? node, string? reason) => Answer(desk.Leave(http, node ?? "", reason ?? "")));
        routes.MapGet("/api/audit", async (HttpContext http, int? last) =>
            Results.Json(await audit.ReadAsync(Math.Clamp(last ?? 100, 1, MostEntries), http.RequestAborted).ConfigureAwait(false), OperationsJson.Options));
    }

    private static async Task<IResult> Answer(Task<ActionAnswer> answer)
    {
        var result = await answer.ConfigureAwait(false);
        return Results.Json(result, OperationsJson.Options, statusCode: result.Status);
    }
}
