using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Host.Chaos;

/// <summary>Knows on which node of a run the learner is, a moment ago.</summary>
internal sealed class LearnerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250); // a frozen node does not answer

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly string _folder;
    private readonly Task _watching;
    private volatile string? _node;

    /// <summary>Begins to watch.</summary>
    public LearnerWatch(RunSettings settings)
    {
        (_http, _folder) = (ClusterNetwork.Open(settings.Network).CreateClient(), settings.Cluster.Directory);
        _watching = Watch();
    }

    /// <summary>The node's name; null where it is not known.</summary>
    public string? Node => _node;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(Period);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false)) _node = await Find().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The watch is over.
        }
    }

    private async Task<string?> Find()
    {
        foreach (var node in NodeFile.All(_folder).Where(node => node.Roles.Contains(NodeRoles.Learner.Name())))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            patience.CancelAfter(Patience);
            try
            {
                if (await NodeStatus.AskAsync(_http, node.Address, patience.Token).ConfigureAwait(false) is { Learner: { } learner } status && learner == status.Address) return node.Name;
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                continue;
            }
        }

        return null;
    }
}
