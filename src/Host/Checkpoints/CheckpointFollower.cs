using System.Diagnostics;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Storage;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Checkpoints;

/// <summary>
/// Keeps a node that stands by ready to be the learner: whenever the learner is ahead of the newest checkpoint in the node's own folder, that is copied from the
/// learner's node, with the metrics up to it. Where the folder is the learner's own, on a disk that both reach, it is there already and nothing is copied.
/// </summary>
/// <param name="self">The node's name.</param>
/// <param name="run">The run's name.</param>
/// <param name="store">The node's own checkpoints.</param>
/// <param name="metrics">The node's own metrics.</param>
/// <param name="http">Reaches other nodes.</param>
/// <param name="learner">The node with the learner and how many batches its last checkpoint has learned from; null before that is known.</param>
/// <param name="nodes">Who is in the cluster, and was lately.</param>
/// <param name="log">Told of every copy, and of what goes wrong.</param>
internal sealed partial class CheckpointFollower(
    string self, string run, CheckpointStore store, string metrics, HttpClient http,
    Func<(KnownNode Node, long Version)?> learner, Func<IReadOnlyList<KnownNode>> nodes, ILogger log) : IDisposable
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Leaving = TimeSpan.FromMinutes(1); // for which one that is no member any more may still answer
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2); // for a short answer

    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _takenOver = new();
    private Task _following = Task.CompletedTask;
    private MetricsLog? _metrics; // open from the first copy on: on a disk that is shared, it is the learner's alone
    private long _updates; // in it
    private int _failures; // since the last success
    private long _tried; // when the last failure was
    private long _version;

    /// <summary>Batches that the newest checkpoint here has learned from, 0 for none; null where this node has become the learner.</summary>
    public long? Version => _takenOver.IsCancellationRequested ? null : Interlocked.Read(ref _version);

    /// <summary>Begins to follow.</summary>
    public void Start()
    {
        Interlocked.Exchange(ref _version, Math.Max(0, store.NewestStep));
        _following = Task.Run(() => Follow(CancellationTokenSource.CreateLinkedTokenSource(_end.Token, _takenOver.Token)));
    }

    /// <summary>
    /// This node is going to be the learner: nothing is followed any more, and what another node has that is newer is fetched, such as the last checkpoint of a learner
    /// that leaves. Returns when that is here or cannot be had.
    /// </summary>
    public async Task TakeOverAsync()
    {
        await _takenOver.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        CloseMetrics();
        var stop = _end.Token;
        try
        {
            var now = TimeProvider.System.GetUtcNow();
            var others = nodes().Where(node => !(now - node.GoneSince > Leaving) && node.Name != self && node.Roles.Contains(NodeRoles.Learner.Name()));
            var offers = await Task.WhenAll(others.Select(node => Ask(node, stop))).ConfigureAwait(false);
            foreach (var (node, offer) in offers.OrderByDescending(offer => offer.Newest?.Step))
            {
                if (offer is null || offer.Step <= store.NewestStep) return;
                try
                {
                    await Copy(node, offer, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    LogLost(log, offer.Step, node.Name, e.Message);
                }
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The node ends.
        }
        finally
        {
            CloseMetrics();
        }
    }

    /// <summary>Ends what is under way.</summary>
    public void Dispose() => _end.Cancel();

    private async Task Follow(CancellationTokenSource stop)
    {
        using (stop)
        using (var timer = new PeriodicTimer(Round))
        {
            try
            {
                while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false)) await Look(stop.Token).ConfigureAwait(false);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // What was under way was broken off.
            }
        }

        CloseMetrics();
    }

    private async Task Look(CancellationToken stop)
    {
        if (learner() is not var (node, version) || node.Name == self || node.GoneSince is not null || version <= Version) return;
        if (_failures > 1 && Stopwatch.GetElapsedTime(_tried) < Rest()) return;
        try
        {
            // Of a folder that is shared, the learner's directory is looked up by its name: a list of it may be an old one.
            if (!store.Has(version))
            {
                var newest = await new CheckpointSource(http, node.Http, run).NewestAsync(Patience, isHeir: false, stop).ConfigureAwait(false);
                if (newest?.Step > Version) version = await Copy(node, newest, stop).ConfigureAwait(false);
            }

            if (store.Has(version)) Interlocked.Exchange(ref _version, version);
            _failures = 0;
        }
        catch (Exception e) when (!stop.IsCancellationRequested) // whatever it is, this node would stand by for nothing without the next attempt
        {
            _tried = Stopwatch.GetTimestamp();
            if (_failures++ == 0) LogFailure(log, node.Name, e.Message);
        }

        TimeSpan Rest() => Round * Math.Min(1 << Math.Min(_failures, 20), LongestRest / Round);
    }

    private async Task<(KnownNode Node, CheckpointOffer? Newest)> Ask(KnownNode node, CancellationToken stop)
    {
        try
        {
            return (node, await new CheckpointSource(http, node.Http, run).NewestAsync(Patience, isHeir: true, stop).ConfigureAwait(false));
        }
        catch (IOException)
        {
            return (node, null); // it is not to be waited for
        }
    }

    private async Task<long> Copy(KnownNode node, CheckpointOffer offer, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        var source = new CheckpointSource(http, node.Http, run);
        if (!await store.ReceiveAsync(offer.Step, folder => source.FetchAsync(offer, folder, stop)).ConfigureAwait(false)) return offer.Step;
        LogCopied(log, offer.Step, node.Name, offer.Bytes / 1e6, Stopwatch.GetElapsedTime(started).TotalSeconds);
        try
        {
            await CopyMetrics(source, offer.Step, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogMetrics(log, node.Name, e.Message); // the next copy brings them too
        }

        return offer.Step;
    }

    // Up to the checkpoint: what comes after it, the next learner does again.
    private async Task CopyMetrics(CheckpointSource source, long through, CancellationToken stop)
    {
        if (_metrics is null)
        {
            _metrics = MetricsLog.Open(metrics);
            _updates = MetricsHistory.Read(metrics, PpoMonitor.Phase, after: -1, most: 2).LastOrDefault()?.Step ?? 0;
        }

        await foreach (var record in source.MetricsAsync(_updates, stop).ConfigureAwait(false))
        {
            if (record.Step > through) return;
            _metrics.Append(record);
            _updates = record.Step;
        }
    }

    private void CloseMetrics()
    {
        _metrics?.Dispose();
        _metrics = null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the checkpoint of step {Step} is copied from {Node}: {Megabytes:0.0} MB in {Seconds:0.0} s")]
    private static partial void LogCopied(ILogger log, long step, string node, double megabytes, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, 
        Message = "the checkpoints of {Node} cannot be copied: {Reason}; this node tries again, and until then could only take over from an older one")]
    private static partial void LogFailure(ILogger log, string node, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the metrics of {Node} cannot be copied: {Reason}; they are asked for again with the next checkpoint")]
    private static partial void LogMetrics(ILogger log, string node, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the checkpoint of step {Step} cannot be fetched from {Node}: {Reason}; the learner starts from the newest one here")]
    private static partial void LogLost(ILogger log, long step, string node, string reason);
}
