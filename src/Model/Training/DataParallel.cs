using System.Runtime.ExceptionServices;
using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Training;

/// <summary>
/// Data parallelism among a processor's threads: each takes a part of a batch forward and backward through networks that share their weights,
/// with gradients of its own, which are then added up in the parts' order. The matrices of a small network are too small to be shared
/// among threads; its batches are not. On other devices, and for networks whose gradients would take too much memory, the whole batch is one part.
/// </summary>
/// <typeparam name="TNetworks">What is trained: one network, or several together.</typeparam>
internal sealed class DataParallel<TNetworks> : IDisposable
{
    private const long MostGradients = 128 << 20; // of all threads together: half a gigabyte

    private readonly TNetworks[] _networks;
    private readonly Func<TNetworks, ParameterBlock[]> _parameters;
    private readonly ThreadTeam? _team;

    /// <param name="networks">Whose gradients are wanted; the caller owns them.</param>
    /// <param name="share">Makes networks with the same weights and other gradients.</param>
    /// <param name="parameters">The networks' parameters.</param>
    public DataParallel(TNetworks networks, Func<TNetworks, TNetworks> share, Func<TNetworks, ParameterBlock[]> parameters)
    {
        _parameters = parameters;
        var blocks = parameters(networks);
        var threads = get_num_threads();
        var isSmall = blocks.All(block => block.Device.type == DeviceType.CPU) && blocks.Sum(block => block.Count) * threads <= MostGradients;
        Parts = isSmall ? threads : 1;
        _networks = [networks, .. Enumerable.Range(1, Parts - 1).Select(_ => share(networks))];
        foreach (var block in _networks.SelectMany(parameters))
            block.RequireGradient();
        if (Parts > 1)
            _team = new ThreadTeam(Parts);
    }

    /// <summary>The most parts a batch may be in: the threads that tensors were computed with when this was made.</summary>
    public int Parts { get; }

    /// <summary>Adds the gradients of all parts to those of the networks.</summary>
    /// <param name="parts">At most <see cref="Parts"/>.</param>
    /// <param name="pass">Takes a part forward and backward.</param>
    /// <returns>What the passes returned, in the parts' order.</returns>
    public TResult[] Run<TPart, TResult>(IReadOnlyList<TPart> parts, Func<TNetworks, TPart, TResult> pass)
    {
        if (_team is null || parts.Count == 1)
            return [.. parts.Select(part => pass(_networks[0], part))];
        ZeroShared();
        var results = new TResult[parts.Count];
        var threads = get_num_threads();
        try
        {
            _team.Run(index =>
            {
                set_num_threads(1); // of this thread
                if (index < parts.Count)
                    results[index] = pass(_networks[index], parts[index]);
            });
        }
        catch (AggregateException failure)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException!);
        }
        finally
        {
            set_num_threads(threads);
        }
        AddUp();
        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team?.Dispose();
        foreach (var block in _networks.Skip(1).SelectMany(_parameters))
            block.Dispose();
    }

    private void ZeroShared()
    {
        using var grad = no_grad();
        foreach (var block in _networks.Skip(1).SelectMany(_parameters))
            block.Gradient!.fill_(0);
    }

    private void AddUp()
    {
        using var grad = no_grad();
        var sums = _parameters(_networks[0]);
        foreach (var networks in _networks.Skip(1))
        {
            foreach (var (sum, addend) in sums.Zip(_parameters(networks)))
                sum.Gradient!.add_(addend.Gradient!);
        }
    }
}
