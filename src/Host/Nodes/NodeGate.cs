using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Stands before every endpoint. It refuses a request by a name that this node is not reached by (a page whose own name was made to point here), one from a page
/// of another origin, and one without the cluster's token; and it answers for an endpoint that fails.
/// </summary>
internal sealed partial class NodeGate(ClusterNetwork network, ILogger log)
{
    /// <summary>Whether the process lives; it needs no token.</summary>
    public const string LivePath = "/health/live";

    /// <summary>Whether the node can work; it needs no token.</summary>
    public const string ReadyPath = "/health/ready";

    /// <summary>Where the page and what belongs to it begins. It has no figures: those it asks for, with a token.</summary>
    public const string PagePath = "/page/";

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
        if (network.Token is not { } token || IsPublic(request.Path)) return null;
        var authorization = request.Headers.Authorization.ToString();
        if (token.IsIn(authorization)) return null;
        var (mayRead, maySteer) = (network.ReadToken?.IsIn(authorization) == true, network.OperatorToken?.IsIn(authorization) == true);
        if (!mayRead && !maySteer)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return (StatusCodes.Status401Unauthorized, "this node wants the cluster's token, an operator's or a reader's in the header Authorization: Bearer TOKEN");
        }

        if (!IsForOperators(request.Path)) return (StatusCodes.Status403Forbidden, "this is for the cluster's nodes, which have its own token");
        return maySteer || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            ? null
            : (StatusCodes.Status403Forbidden, "this token may look and change nothing; an operator's may");
    }

    private static bool IsPublic(PathString path) =>
        path.Value is "" or "/" or LivePath or ReadyPath || path.Value!.StartsWith(PagePath, StringComparison.Ordinal);

    private static bool IsForOperators(PathString path) => path.Value is "/status" or "/metrics" || path.Value!.StartsWith("/api/", StringComparison.Ordinal);

    private static async Task Answer(HttpContext http, int status, string reason)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(reason + "\n", http.RequestAborted).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger log, Exception error, string method, string path);
}
