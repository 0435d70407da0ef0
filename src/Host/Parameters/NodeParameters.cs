using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Model;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Parameters;

/// <summary>
/// The versions of one run's parameters as the learner and the rollouts of a node see them: the learner publishes, rollouts fetch what has been
/// announced. A version that is on the node already is read from its <see cref="ParameterStore"/>; any other is fetched into it once, however many rollouts
/// want it, and served to other nodes from there.
/// </summary>
/// <remarks>
/// May be used from any thread. A fetch that fails is begun again, after a while or at the next announcement, as long as somebody wants the version.
/// </remarks>
public sealed class NodeParameters : IParameterSource, IParameterListener, IDisposable
{
    private const int LongestRest = 16; // times the first

    private readonly ParameterStore _store;
    private readonly string _run;
    private readonly HttpClient _http;
    private readonly string _self;
    private readonly ParameterFormat _format;
    private readonly Action<ParametersAvailable> _announce;
    private readonly Action<string> _note;
    private readonly FetchLimits _limits;
    private readonly Lock _lock = new();
    private Announced? _newest;
    private Attempt? _attempt;
    private int _failures; // since the last fetch that succeeded
    private TaskCompletionSource _news = Signal();
    private bool _isDisposed;

    /// <summary>A node's parameters.</summary>
    /// <param name="store">The versions that are here, as the node serves them; stays the caller's.</param>
    /// <param name="run">The run's identity.</param>
    /// <param name="http">Makes the requests; it knows the cluster's token and certificates, and stays the caller's.</param>
    /// <param name="self">Where the node serves the store: an HTTP address, as other nodes see it.</param>
    /// <param name="format">How the values that are published travel.</param>
    /// <param name="announce">Gets each published version, for the node's <see cref="ParameterBoard"/>; called on the thread that publishes.</param>
    /// <param name="note">Told in a sentence of what went wrong and what is done about it; called on any thread.</param>
    /// <param name="limits">When a fetch stops asking a source, when it gives up, and when it is begun again.</param>
    public NodeParameters(
        ParameterStore store, string run, HttpClient http, string self, ParameterFormat format, Action<ParametersAvailable> announce, Action<string> note,
        FetchLimits? limits = null) =>
        (_store, _run, _http, _self, _format, _announce, _note, _limits) = (store, run, http, self, format, announce, note, limits ?? new FetchLimits());

    /// <inheritdoc/>
    public long? Newest
    {
        get
        {
            using var copy = _store.HoldNewest();
            return copy?.Manifest.Version;
        }
    }

    /// <summary>
    /// Takes a snapshot of the policy and announces it. An older one than is here, in full or in part, is passed over: a learner that takes its steps
    /// again comes by that one.
    /// </summary>
    /// <param name="version">Batches that it has learned from.</param>
    /// <param name="policy">The weights, which must not change until the call returns.</param>
    public void Publish(long version, ParameterBlock policy)
    {
        if (_store.Versions is [.., var newest] && version < newest) return;
        var manifest = _store.Publish(_run, version, _format, policy);
        lock (_lock)
        {
            if (_attempt?.Version <= version) _attempt.Cancel();
            Tell();
        }

        _announce(manifest.Announcement([_self]));
    }

    /// <inheritdoc/>
    public void Hear(ParametersAvailable announcement)
    {
        if (announcement.Run != _run)
        {
            _note($"version {announcement.Version} of the parameters of run {announcement.Run} is passed over; this node works on run {_run}");
            return;
        }

        ParameterManifest manifest;
        try
        {
            manifest = ParameterManifest.Read(announcement);
        }
        catch (UserErrorException e)
        {
            _note(e.Message);
            return;
        }

        lock (_lock)
        {
            if (manifest.Version < _newest?.Manifest.Version) return;
            _newest = new Announced(manifest, [.. announcement.Sources]);
            if (_attempt?.IsOvertakenBy(_newest) ?? false) _attempt.Cancel();
            Tell();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The node ends.</exception>
    public async Task<long> Fetch(long version, ParameterBlock into, CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the copy is not the caller's
        while (true)
        {
            Task news;
            Announced? newest;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                (news, newest) = (_news.Task, _newest);
            }

            using (var copy = _store.HoldNewest(version))
            {
                if (copy is not null)
                {
                    copy.Load(into);
                    return copy.Manifest.Version;
                }
            }

            if (newest is not null && newest.Manifest.Version >= version)
            {
                newest.Manifest.RequireLayout(into.Shapes);
                Begin(newest);
            }

            await news.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ends what is under way: who waits for a version gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _attempt?.Cancel();
            Tell();
        }
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Begin(Announced announced)
    {
        lock (_lock)
        {
            if (_attempt is not null || _isDisposed) return;
            _attempt = new Attempt(announced);
            _ = Run(_attempt);
        }
    }

    private async Task Run(Attempt attempt)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var copy = _store.Receive(attempt.Announced.Manifest);
            attempt.Fill(copy);
            var report = await ParameterFetch.RunAsync(_http, copy, attempt.Announced.Sources, _self, _limits, attempt.Stop).ConfigureAwait(false);
            _failures = 0;
            ParameterMetrics.Fetch.Record(report.Elapsed.TotalSeconds);
            ParameterMetrics.Received.Add(attempt.Announced.Manifest.Bytes);
        }
        catch (OperationCanceledException) when (attempt.Stop.IsCancellationRequested)
        {
        }
        catch (Exception e) // whatever it is, rollouts would wait for ever without the next attempt
        {
            var rest = _limits.Retry * Math.Min(1 << Math.Min(_failures++, 30), LongestRest);
            _note(FormattableString.Invariant($"{e.Message}; tried again in {rest.TotalSeconds:0.#} s, or at the next announcement"));
            await attempt.Rest(rest).ConfigureAwait(false);
        }

        lock (_lock)
        {
            _attempt = null;
            Tell();
        }
    }

    private void Tell()
    {
        _news.SetResult();
        _news = Signal();
    }

    private sealed record Announced(ParameterManifest Manifest, IReadOnlyList<string> Sources);

    // A fetch and, where it fails, the time until the next one may begin.
    private sealed class Attempt(Announced announced)
    {
        private readonly CancellationTokenSource _stop = new();
        private volatile ParameterCopy? _copy;
        private volatile bool _isResting;
        private int _count; // chunks that were here when an announcement came

        public Announced Announced => announced;

        public long Version => announced.Manifest.Version;

        public CancellationToken Stop => _stop.Token;

        private int Count => _copy?.Read(held => held.Count) ?? 0;

        public void Fill(ParameterCopy copy)
        {
            _copy = copy;
            _count = Count;
        }

        public void Cancel() => _ = _stop.CancelAsync(); // not on the caller's thread, which holds the lock

        public async Task Rest(TimeSpan rest)
        {
            _isResting = true;
            await Task.Delay(rest, Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        /// <summary>
        /// Whether it is better to begin with another announcement. The next version comes in its turn, but when there is one after that the publisher has this
        /// one no more. Another publisher (a learner that has taken over) is preferred where nothing has come between two announcements.
        /// </summary>
        public bool IsOvertakenBy(Announced other)
        {
            if (_isResting || other.Manifest.Version > Version + 1) return true;
            var isStuck = Count == _count;
            _count = Count;
            return isStuck && !other.Sources.Take(1).SequenceEqual(announced.Sources.Take(1));
        }
    }
}
