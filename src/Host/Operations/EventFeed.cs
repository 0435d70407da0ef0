using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// <c>GET /api/events</c>: how things are, as server-sent events. What is told is asked for once for all listeners, and only while there is one; a listener gets what has changed, each
/// thing once a second at most. One that reads slowly gets the newest when it is done with what it has: nothing is kept for it.
/// </summary>
/// <param name="sources">What is told.</param>
/// <param name="log">Where a source that fails is logged.</param>
internal sealed partial class EventFeed(IReadOnlyList<EventSource> sources, ILogger log)
{
    private const string Path = "/api/events";
    private static readonly byte[] Heartbeat = ": still here\n\n"u8.ToArray();

    private readonly Lock _lock = new();
    private readonly (long Version, byte[] Event)[] _newest = new (long, byte[])[sources.Count];
    private TaskCompletionSource _more = NewSignal();
    private CancellationTokenSource? _reading;
    private int _listeners;

    /// <summary>How many may listen at a time.</summary>
    public int MostListeners { get; init; } = 32;

    /// <summary>From one look at a source to the next, for one of at most <see cref="BytesPerPeriod"/>; longer in proportion for more.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>See <see cref="Period"/>.</summary>
    public int BytesPerPeriod { get; init; } = 1 << 19;

    /// <summary>How long nothing is said at most.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many listen.</summary>
    public int Listeners
    {
        get
        {
            lock (_lock) return _listeners;
        }
    }

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, Serve);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task Serve(HttpContext context)
    {
        if (!Enter())
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsJsonAsync(
                new ActionAnswer(Error: $"{MostListeners} listen to this node already; ask another, or close a page that nobody looks at"), OperationsJson.Options, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        try
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            if (context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
            {
                context.Response.Headers.ContentEncoding = "gzip";
                await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
                await Tell(packed, context.RequestAborted).ConfigureAwait(false);
            }
            else
            {
                await Tell(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The listener is gone.
        }
        finally
        {
            Leave();
        }
    }

    private async Task Tell(Stream stream, CancellationToken stop)
    {
        var told = new long[sources.Count];
        await stream.WriteAsync(Heartbeat, stop).ConfigureAwait(false); // so that the answer begins at once
        for (; ;)
        {
            await stream.FlushAsync(stop).ConfigureAwait(false);
            Task more;
            List<byte[]> news = [];
            lock (_lock)
            {
                more = _more.Task;
                for (var i = 0; i < told.Length; i++)
                {
                    if (_newest[i].Version == told[i]) continue;
                    news.Add(_newest[i].Event);
                    told[i] = _newest[i].Version;
                }
            }

            foreach (var item in news) await stream.WriteAsync(item, stop).ConfigureAwait(false);
            if (news.Count > 0) continue;
            try
            {
                await more.WaitAsync(Silence, stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await stream.WriteAsync(Heartbeat, stop).ConfigureAwait(false);
            }
        }
    }

    private bool Enter()
    {
        lock (_lock)
        {
            if (_listeners == MostListeners) return false;
            if (_listeners++ > 0) return true;
            _reading = new CancellationTokenSource();
            Array.Clear(_newest); // what was told when somebody listened last is old
            for (var i = 0; i < sources.Count; i++) _ = Watch(i, _reading.Token);
            return true;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_listeners > 0) return;
            _reading!.Cancel();
            _reading = null;
        }
    }

    private async Task Watch(int number, CancellationToken stop)
    {
        await Task.Yield(); // out of the lock
        var source = sources[number];
        var read = source.Begin();
        byte[] last = [];
        var isFailing = false;
        try
        {
            for (; ;)
            {
                var pause = Task.Delay(source.Every * Period, stop);
                try
                {
                    if (await read(stop).ConfigureAwait(false) is { } now && !now.AsSpan().SequenceEqual(last))
                    {
                        last = now;
                        Put(number, [.. Encoding.ASCII.GetBytes($"event: {source.Name}\ndata: "), .. now, .. "\n\n"u8], stop);
                    }

                    isFailing = false;
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    if (!isFailing) LogFailure(log, e, source.Name);
                    isFailing = true;
                }

                await pause.ConfigureAwait(false);
                if (last.Length > BytesPerPeriod) await Task.Delay(Period * ((double)last.Length / BytesPerPeriod - 1), stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    private void Put(int number, byte[] item, CancellationToken stop)
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            if (stop.IsCancellationRequested) return; // it was read for those before
            _newest[number] = (_newest[number].Version + 1, item);
            (more, _more) = (_more, NewSignal());
        }

        more.SetResult();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "what the page shows as {Source} could not be read")]
    private static partial void LogFailure(ILogger log, Exception error, string source);
}
