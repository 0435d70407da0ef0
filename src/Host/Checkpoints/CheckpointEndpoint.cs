using System.Diagnostics;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorRlhf.Host.Checkpoints;

/// <summary>
/// Serves a node's checkpoints to those who stand by: <c>GET /checkpoints?run=RUN</c>, the newest complete one (204 where there is none), with <c>heir=true</c> from
/// who is going to be the learner; <c>GET /checkpoints/{step}/{file}?run=RUN</c>, a file of one, whole or a range of it; and
/// <c>GET /checkpoints/metrics?run=RUN&amp;after=STEP</c>, the metrics that belong to them.
/// </summary>
/// <param name="run">The run's name; another run's questions are refused.</param>
/// <param name="store">The checkpoints.</param>
/// <param name="metrics">The run's metrics.</param>
internal sealed class CheckpointEndpoint(string run, CheckpointStore store, string metrics)
{
    /// <summary>Where the newest one is told.</summary>
    public const string Path = "/checkpoints";

    /// <summary>Where the metrics are.</summary>
    public const string MetricsPath = Path + "/metrics";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1); // from one question of a fetch to its next at most

    private readonly Lock _lock = new();
    private int _transfers;
    private long? _served;
    private bool _hasHeir;

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (string? run, bool? heir) => Answer(run, () => Newest(heir ?? false)));
        routes.MapGet(Path + "/{step:long:min(0)}/{file}", (long step, string file, string? run, HttpContext http) => Answer(run, () => Open(step, file, http)));
        routes.MapGet(MetricsPath, (string? run, long? after) => Answer(run, () => Metrics(after ?? -1)));
    }

    /// <summary>Waits until nobody fetches a checkpoint.</summary>
    /// <param name="isInherited">Whether another node becomes the learner now: it is waited for too.</param>
    /// <param name="limit">The longest that it may take.</param>
    public async Task Settle(bool isInherited, TimeSpan limit)
    {
        using var end = new CancellationTokenSource(limit);
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (IsWanted()) await timer.WaitForNextTickAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next learner has the one before, and the journal.
        }

        bool IsWanted()
        {
            lock (_lock) return _transfers > 0 || (isInherited && !_hasHeir) || (_served is { } served && Stopwatch.GetElapsedTime(served) < Pause);
        }
    }

    private IResult Answer(string? asked, Func<IResult> answer) =>
        asked == run ? answer() : Absent($"this node has the checkpoints of run {run}, not of \"{asked}\"");

    private static IResult Absent(string why) => Results.Text(why, statusCode: StatusCodes.Status404NotFound);

    private IResult Newest(bool isHeir)
    {
        Count(0, isHeir);
        try
        {
            return CheckpointOffer.Newest(store) is { } newest ? Results.Json(newest, OperationsJson.Options) : Results.NoContent();
        }
        catch (IOException)
        {
            return Absent("the checkpoint has just been replaced by a newer one");
        }
    }

    private IResult Metrics(long after) => Results.Json(MetricsHistory.Since(metrics, PpoMonitor.Phase, after), OperationsJson.Options);

    private IResult Open(long step, string file, HttpContext http)
    {
        if (!Checkpoint.FileNames.Contains(file, StringComparer.Ordinal)) return Absent($"no checkpoint has a file \"{file}\"");
        FileStream stream;
        try
        {
            // One that is deleted meanwhile is sent to its end.
            var path = System.IO.Path.Combine(store.PathOf(step), file);
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (IOException)
        {
            return Absent($"the checkpoint of step {step} is not here");
        }

        Count(1);
        http.Response.OnCompleted(() =>
        {
            Count(-1);
            return Task.CompletedTask;
        });
        return Results.Stream(stream, "application/octet-stream", enableRangeProcessing: true);
    }

    private void Count(int transfers, bool isHeir = false)
    {
        lock (_lock)
        {
            _transfers += transfers;
            _hasHeir |= isHeir;
            _served = Stopwatch.GetTimestamp();
        }
    }
}
