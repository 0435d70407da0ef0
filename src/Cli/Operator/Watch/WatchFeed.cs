using System.Globalization;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>Keeps a <see cref="WatchState"/> fresh: asks a node every second, another one when that one is gone.</summary>
/// <param name="client">Talks to the cluster.</param>
/// <param name="time">The clock.</param>
public sealed class WatchFeed(OperatorClient client, TimeProvider time)
{
    private const int MostRecords = 20_000;
    private const int LooksAfterUpdate = 3;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Asks until it is stopped.</summary>
    /// <param name="update">Given what has become known, as a change of what was.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(Action<Func<WatchState, WatchState>> update, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        var (last, seen, looks) = (0L, "", 0);
        do
        {
            try
            {
                var status = await client.GetAsync<NodeStatus>("/status", stop).ConfigureAwait(false);
                // Figures change with updates; what is known of one may come to the node a moment after the update itself.
                looks = $"{status.Phase} {status.Version}" is var now && now != seen ? LooksAfterUpdate : looks - 1;
                seen = now;
                // Each on its own: one that cannot be told now leaves what was told before.
                var isNew = looks > 0;
                var cluster = Try<ClusterReport>("/api/topology", isAsked: true, stop);
                var metrics = Try<IReadOnlyList<MetricsRecord>>(string.Create(CultureInfo.InvariantCulture, $"/api/metrics?after={last}"), isNew, stop);
                var samples = Try<IReadOnlyList<SampleReport>>("/api/samples", isNew, stop);
                var alarms = Try<IReadOnlyList<AlarmReport>>("/api/alarms", isNew, stop);
                await Task.WhenAll(cluster, metrics, samples, alarms).ConfigureAwait(false);
                var fresh = (await metrics.ConfigureAwait(false))?.Where(record => record.Phase == PpoMonitor.Phase).ToList() ?? [];
                if (fresh.Count > 0) last = fresh[^1].Step;
                update(state => state with
                {
                    Now = time.GetUtcNow(),
                    Address = client.Address,
                    Status = status,
                    Trouble = null,
                    Cluster = cluster.Result ?? state.Cluster,
                    Metrics = fresh.Count > 0 ? With(state.Metrics, fresh) : state.Metrics,
                    Samples = samples.Result ?? state.Samples,
                    Alarms = alarms.Result ?? state.Alarms,
                });
            }
            catch (UserErrorException e)
            {
                update(state => state with { Now = time.GetUtcNow(), Trouble = e.Message });
            }
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    // An update that was taken again after a crash is there once.
    private static IReadOnlyList<MetricsRecord> With(IReadOnlyList<MetricsRecord> known, List<MetricsRecord> fresh) =>
        [.. known.Where(record => record.Step < fresh[0].Step).Concat(fresh).TakeLast(MostRecords)];

    private async Task<T?> Try<T>(string path, bool isAsked, CancellationToken stop)
        where T : class
    {
        if (!isAsked) return null;
        try
        {
            return await client.GetAsync<T>(path, stop).ConfigureAwait(false);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }
}
