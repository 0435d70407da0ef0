using System.Text;
using System.Text.Json;
using ActorRlhf.Host.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// How the run is: <see cref="LearnerFigures"/>; <c>GET /api/alarms</c>, <see cref="AlarmReport"/>s; and all of it as events, <see cref="EventFeed"/>: <c>status</c> (a
/// <see cref="NodeStatus"/>), <c>alarms</c>, <c>topology</c> (a <see cref="ClusterReport"/>), <c>why</c> (a <see cref="Bottleneck"/>), <c>account</c> (an <see cref="EpisodeAccount"/>), <c>metrics</c> (records of the last updates) and <c>samples</c>.
/// </summary>
internal static class RunEndpoints
{
    private const string AlarmsPath = "/api/alarms";
    private const int RecentUpdates = 16; // in an event
    private const int SlowPeriods = 3; // of what every shard is asked for, and of averages over half a minute

    /// <summary>Adds them.</summary>
    /// <param name="routes">The node's.</param>
    /// <param name="node">The node.</param>
    /// <param name="work">Turns an alarm's samples into text.</param>
    /// <param name="figures">What the node with the learner knows.</param>
    /// <param name="observation">Observes the cluster; null while the node is starting.</param>
    /// <param name="loggers">Makes the log of what fails.</param>
    public static void MapRun(this IEndpointRouteBuilder routes, Node node, INodeWork work, LearnerFigures figures, Func<Observation?> observation, ILoggerFactory loggers)
    {
        routes.MapPage();
        figures.Map(routes);
        routes.MapGet(AlarmsPath, () => Alarms() is { } alarms
            ? Results.Json(alarms, OperationsJson.Options)
            : Results.Json(new ActionAnswer(Error: "the learner has not been heard of yet; ask again in a moment"), OperationsJson.Options, statusCode: StatusCodes.Status503ServiceUnavailable));
        EventSource[] sources =
        [
            EventSource.Of("status", () => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(node.Status().ToJson()))),
            EventSource.Of("alarms", () => Task.FromResult(Alarms() is { } alarms ? Json(alarms) : null)),
            Observed("topology", observer => observer.ClusterAsync()),
            Observed("why", observer => observer.WhyAsync()) with { Every = SlowPeriods },
            Observed("account", observer => observer.AccountAsync()) with { Every = SlowPeriods },
            AfterUpdates("metrics", stop => figures.MetricsAsync(node.Status().Version - RecentUpdates, isPassed: false, stop)),
            AfterUpdates("samples", stop => figures.SamplesAsync(isPassed: false, stop)),
        ];
        new EventFeed(sources, loggers.CreateLogger<EventFeed>()).Map(routes);

        IReadOnlyList<AlarmReport>? Alarms() => node.Learner is { } learner ? [.. learner.Alarms.Select(alarm => AlarmReport.Of(alarm, work.Text))] : null;

        EventSource Observed<T>(string name, Func<Observation, Task<T>> ask) =>
            EventSource.Of(name, async () => observation() is { } observer ? Json(await ask(observer).ConfigureAwait(false)) : null);

        // Asked for again when there was an update, or the last answer was none.
        EventSource AfterUpdates(string name, Func<CancellationToken, Task<(int Status, byte[] Json)>> read) => new(name, () =>
        {
            var known = -1L;
            return async stop =>
            {
                var version = node.Status().Version;
                if (version == known) return null;
                var (status, json) = await read(stop).ConfigureAwait(false);
                if (status != StatusCodes.Status200OK) return null;
                known = version;
                return json;
            };
        });
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, OperationsJson.Options);
}
