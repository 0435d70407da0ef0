using System.Globalization;
using ActorRlhf.Actors.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace ActorRlhf.Host.Parameters;

/// <summary>
/// Serves what a node has of each version: <c>GET /parameters/{version}</c>, whole or with a <c>Range</c> of bytes, and
/// <c>GET /parameters/{version}/chunks</c>, the map of the chunks that are there; with <c>?beyond=N</c> as soon as there are more than N, or after a while.
/// A chunk is served as soon as it is here and checked, straight from the memory it lies in.
/// </summary>
public static class ParameterEndpoint
{
    /// <summary>The header with the map of chunks, in base64, on every answer with bytes: it saves those who fetch asking for it.</summary>
    public const string ChunksHeader = "Parameter-Chunks";

    /// <summary>The longest time that a question for more chunks waits for one.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private const int Piece = 512 << 10; // what is copied into the server's buffers at a time: every piece wakes both sides, so not too small; it still is in the cache when it is sent

    /// <summary>Adds the endpoint.</summary>
    public static void MapParameters(this IEndpointRouteBuilder routes, ParameterStore store)
    {
        routes.MapGet("/parameters/{version:long}", (long version, HttpContext http) => Answer(store, version, http, Send));
        routes.MapGet("/parameters/{version:long}/chunks", (long version, HttpContext http) => Answer(store, version, http, SendMap));
    }

    /// <summary>The entity tag of a version: its total hash.</summary>
    internal static EntityTagHeaderValue Tag(ParameterManifest manifest) => new($"\"{Convert.ToHexStringLower(manifest.Total.Span)}\"");

    private static async Task Answer(ParameterStore store, long version, HttpContext http, Func<ParameterStore, ParameterCopy, HttpContext, Task> send)
    {
        // Who asks for more than there is waits for the version too: nodes hear of it one after the other.
        using var copy = store.Hold(version) ?? (Beyond(http) is null ? null : await store.WaitFor(version, LongestWait, http.RequestAborted).ConfigureAwait(false));
        if (copy is null)
        {
            var here = store.Versions is { Count: > 0 } versions ? $"has {string.Join(" and ", versions)}" : "has none yet";
            await Refuse(http, StatusCodes.Status404NotFound, $"version {version} of the parameters is not here; this node {here}").ConfigureAwait(false);
            return;
        }

        var tag = Tag(copy.Manifest);
        var wanted = http.Request.GetTypedHeaders().IfMatch;
        if (wanted.Count > 0 && !wanted.Any(other => other.Equals(EntityTagHeaderValue.Any) || other.Compare(tag, useStrongComparison: true)))
        {
            await Refuse(http, StatusCodes.Status412PreconditionFailed, $"version {version} of the parameters is another one here (of run {copy.Manifest.Run}, {tag})")
                .ConfigureAwait(false);
            return;
        }

        http.Response.GetTypedHeaders().ETag = tag;
        await send(store, copy, http).ConfigureAwait(false);
    }

    private static int? Beyond(HttpContext http) =>
        int.TryParse(http.Request.Query["beyond"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static async Task SendMap(ParameterStore store, ParameterCopy copy, HttpContext http)
    {
        var map = await copy.WaitBeyond(Beyond(http) ?? -1, LongestWait, http.RequestAborted).ConfigureAwait(false);
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = map.Length;
        await http.Response.Body.WriteAsync(map, http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task Send(ParameterStore store, ParameterCopy copy, HttpContext http)
    {
        var manifest = copy.Manifest;
        var (from, to) = (0L, manifest.Bytes - 1);
        var headers = http.Response.GetTypedHeaders();
        http.Response.Headers.AcceptRanges = "bytes";
        if (http.Request.GetTypedHeaders().Range is { } range)
        {
            if (range.Unit != "bytes" || range.Ranges.Count != 1 || Bounds(range.Ranges.Single(), manifest.Bytes) is not { } bounds)
            {
                headers.ContentRange = new ContentRangeHeaderValue(manifest.Bytes);
                await Refuse(http, StatusCodes.Status416RangeNotSatisfiable, $"the range {range} is none of version {manifest.Version}'s {manifest.Bytes} bytes")
                    .ConfigureAwait(false);
                return;
            }

            (from, to) = bounds;
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            headers.ContentRange = new ContentRangeHeaderValue(from, to, manifest.Bytes);
        }

        var (first, last) = ((int)(from / manifest.ChunkSize), (int)(to / manifest.ChunkSize));
        var (missing, map) = copy.Read(held => (Enumerable.Range(first, last - first + 1).FirstOrDefault(chunk => !held[chunk], -1), held.ToBytes()));
        if (missing >= 0)
        {
            headers.ContentRange = null;
            await Refuse(http, StatusCodes.Status404NotFound, $"chunk {missing} of version {manifest.Version} is not here yet").ConfigureAwait(false);
            return;
        }

        http.Response.Headers[ChunksHeader] = Convert.ToBase64String(map);
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = to - from + 1;
        while (from <= to)
        {
            var chunk = (int)(from / manifest.ChunkSize);
            var start = (int)(from - manifest.Offset(chunk));
            var length = (int)Math.Min(Math.Min(Piece, manifest.Length(chunk) - start), to - from + 1);
            await http.Response.Body.WriteAsync(copy.Chunk(chunk).Slice(start, length), http.RequestAborted).ConfigureAwait(false);
            store.CountUpload(length);
            from += length;
        }
    }

    private static (long From, long To)? Bounds(RangeItemHeaderValue range, long bytes)
    {
        var from = range.From ?? Math.Max(0, bytes - range.To!.Value);
        var to = range.From is null ? bytes - 1 : Math.Min(range.To ?? long.MaxValue, bytes - 1);
        return from <= to ? (from, to) : null;
    }

    private static Task Refuse(HttpContext http, int status, string why)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(why, http.RequestAborted);
    }
}
