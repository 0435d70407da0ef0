using System.Buffers;
using System.Globalization;
using ActorRlhf.Host.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// <c>GET /api/logs?node=NAME&amp;lines=200&amp;follow=true</c>: the last lines of a node's log as text, and with <c>follow</c> what is logged from then on. Any node
/// may be asked; it passes the question to the one that is meant. Of a node that is dead, a node that has the same run's folder tells the log's end.
/// </summary>
/// <param name="self">The name of the node that serves it.</param>
/// <param name="log">Its log; null where that is in no file.</param>
/// <param name="find">Finds another node by its name.</param>
/// <param name="http">Reaches other nodes.</param>
public sealed class LogEndpoint(string self, NodeLog? log, Func<string, KnownNode?> find, HttpClient http)
{
    /// <summary>The header that says why what was asked for is not all there.</summary>
    public const string NoteHeader = "Rlhf-Note";

    /// <summary>The most lines that may be asked for.</summary>
    public const int MostLines = 10_000;

    private const string Path = "/api/logs";
    private const int UsualLines = 200;
    private const int BlockBytes = 1 << 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // for the node that is meant

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, Answer);

    private async Task Answer(HttpContext context)
    {
        var query = context.Request.Query;
        var name = query["node"].ToString() is { Length: > 0 } given ? given : self;
        var lines = UsualLines;
        if (query["lines"].ToString() is { Length: > 0 } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out lines) || lines > MostLines))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, $"lines is {text}; it is 0 to {MostLines}").ConfigureAwait(false);
            return;
        }

        var isFollowed = query["follow"] == "true";
        if (name == self)
        {
            if (log?.Path is { } path) await Send(context, path, lines, isFollowed ? log : null).ConfigureAwait(false);
            else await Refuse(context, StatusCodes.Status404NotFound, $"{self} keeps its log in no file").ConfigureAwait(false);
            return;
        }

        // Passed on once at most: the other is who it was when it was passed on, or not there.
        var isPassed = query["passed"] == "true";
        var other = isPassed ? null : find(name);
        var failure = other is null ? $"there is no node {name}"
            : other.GoneSince is { } gone ? string.Create(CultureInfo.InvariantCulture, $"{name} is not there any more; it was last seen at {gone:yyyy-MM-dd'T'HH:mm:ss'Z'}")
            : await Pass(context, other, lines, isFollowed).ConfigureAwait(false);
        if (failure is null) return;
        if (Left(name) is { } left)
        {
            context.Response.Headers[NoteHeader] = Ascii($"{failure}; this is the end of the log that it left");
            await Send(context, left, lines, followed: null).ConfigureAwait(false);
            return;
        }

        await Refuse(context, other is { GoneSince: null } ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status404NotFound, failure).ConfigureAwait(false);
    }

    // A file beside this node's log, and nothing else: the name is a stranger's.
    private string? Left(string name)
    {
        if (log?.Path is not { } own || System.IO.Path.GetDirectoryName(own) is not { } folder) return null;
        return Directory.EnumerateFiles(folder, "*.log").FirstOrDefault(file => System.IO.Path.GetFileNameWithoutExtension(file) == name);
    }

    private async Task<string?> Pass(HttpContext context, KnownNode node, int lines, bool isFollowed)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Http}{Path}?node={Uri.EscapeDataString(node.Name)}&lines={lines}&follow={(isFollowed ? "true" : "false")}&passed=true");
        HttpResponseMessage answer;
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted))
        {
            patience.CancelAfter(Patience);
            try
            {
                answer = await http.GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
            {
                return $"{node.Name} does not answer";
            }
        }

        using (answer)
        {
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted).ConfigureAwait(false);
            try
            {
                await Copy(context, body).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                context.Abort(); // it died, and what was sent must not look like all of it
            }

            return null;
        }
    }

    private static async Task Send(HttpContext context, string path, int lines, NodeLog? followed)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        context.Response.ContentType = "text/plain; charset=utf-8";
        file.Position = LogTail.Find(file, file.Length, lines);
        for (; ;)
        {
            var (more, isClosed) = (followed?.More, followed?.IsClosed ?? true); // before it is read, or what is written meanwhile would be missed
            await Copy(context, file).ConfigureAwait(false);
            if (isClosed) return;
            await more!.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    // Sends what there is at once: a reader waits for it.
    private static async Task Copy(HttpContext context, Stream from)
    {
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            for (int count; (count = await from.ReadAsync(block, context.RequestAborted).ConfigureAwait(false)) > 0;)
            {
                await context.Response.Body.WriteAsync(block.AsMemory(0, count), context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    // What a header may have.
    private static string Ascii(string text) => new([.. text.Select(c => c is >= ' ' and < '\u007f' ? c : '?')]);

    private static Task Refuse(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error }, context.RequestAborted);
    }
}
