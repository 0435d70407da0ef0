using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// <c>GET /</c>: the page, which shows the run live and steers it, and what belongs to it under <c>/page/</c>. It is in the program, asks no other host for anything, and has no figures
/// of its own: those it asks the node for. A browser is told to run its scripts only, and nothing that somebody might smuggle into a text.
/// </summary>
internal static class PageEndpoint
{
    private const string Resources = "page/";
    private const string Index = "index.html";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Adds it.</summary>
    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        foreach (var file in typeof(PageEndpoint).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            var (content, type) = (Read(file), TypeOf(file));
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content)[..12])}\"";
            routes.MapMethods(file == Resources + Index ? "/" : $"/{file}", [HttpMethods.Get, HttpMethods.Head], context => Send(context, content, type, tag));
        }
    }

    private static async Task Send(HttpContext context, byte[] content, string type, string tag)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-cache"; // another version of the program may be there the next time
        headers.ETag = tag;
        if (request.Headers.IfNoneMatch == tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = type;
        response.ContentLength = content.Length;
        if (HttpMethods.IsGet(request.Method)) await response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageEndpoint).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"{name}: no content type for {other}"),
    };
}
