using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Stands before every endpoint. It refuses a request by a name that this node is not reached by (a page whose own name was made to point here), one from a page
/// of another origin, and one without the cluster's token; and it answers for an endpoint that fails.
/// </summary>
internal sealed partial class NodeGate(ClusterNetwork network, ILogger log)
{
    /// <summary>The one path that needs no token.</summary>
    public const string LivePath = "/health/live";

    /// <summary>Passes a request on, or answers it.</summary>
    public async Task Pass(HttpContext http, RequestDelegate next)
    {
        if (Refusal(http) is { } refusal)
        {
            await Answer(http, refusal.Status, refusal.Reason).ConfigureAwait(false);
            return;
        }

        try
        {
            await next(http).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not BadHttpRequestException && !http.RequestAborted.IsCancellationRequested)
        {
            LogFailure(log, error, http.Request.Method, http.Request.Path);
            if (http.Response.HasStarted)
            {
                http.Abort(); // or what has been sent would look like all of it
                return;
            }

            http.Response.Clear();
            await Answer(http, StatusCodes.Status500InternalServerError, "the node failed to answer; its log says why").ConfigureAwait(false);
        }
    }

    private (int Status, string Reason)? Refusal(HttpContext http)
    {
        var request = http.Request;
        var host = request.Host.Host;
        if (!network.IsReachedBy(host, http.Connection.LocalIpAddress))
            return (StatusCodes.Status400BadRequest, $"this node is not reached as \"{host}\" but as {network.PublicHost} ({SecretFile.Key("public-hostname")})");
        var self = $"{request.Scheme}://{request.Host}";
        if (request.Headers.Origin is { Count: > 0 } origin && !string.Equals(origin, self, StringComparison.OrdinalIgnoreCase))
            return (StatusCodes.Status403Forbidden, "this node answers no pages but its own");
        if (network.Token is not { } token || request.Path.Equals(LivePath, StringComparison.Ordinal)) return null;

        // One token, one role: whoever has it may do everything. A token that may do less is another one to compare with here.
        if (token.IsIn(request.Headers.Authorization)) return null;
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return (StatusCodes.Status401Unauthorized, "this node wants the cluster's token in the header Authorization: Bearer TOKEN");
    }

    private static async Task Answer(HttpContext http, int status, string reason)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(reason + "\n", http.RequestAborted).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger log, Exception error, string method, string path);
}
