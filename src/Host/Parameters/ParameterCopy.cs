using ActorRlhf.Actors.Parameters;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Parameters;

/// <summary>
/// One version on this node, whole or still coming. It is kept while the store wants it or somebody holds it; a holder disposes the copy when done.
/// </summary>
public sealed class ParameterCopy : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ParameterMemory _memory;
    private readonly Action<ParameterMemory> _free;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holders = 1; // the store

    internal ParameterCopy(ParameterManifest manifest, ParameterMemory memory, bool isWhole, Action<ParameterMemory> free)
    {
        (Manifest, _memory, _free, Held) = (manifest, memory, free, new ChunkMap(manifest.Chunks));
        for (var chunk = 0; isWhole && chunk < manifest.Chunks; chunk++) Held.Add(chunk);
    }

    /// <summary>What the bytes are.</summary>
    public ParameterManifest Manifest { get; }

    /// <summary>Whether every chunk is there.</summary>
    public bool IsComplete => Read(held => held.IsComplete);

    /// <summary>The chunks that are there and right, for a <see cref="FetchPlan"/>; only under <see cref="Read{T}"/>.</summary>
    internal ChunkMap Held { get; }

    /// <summary>Copies the parameters into a network.</summary>
    /// <exception cref="ActorRlhf.Model.UserErrorException">Its tensors have other names or shapes.</exception>
    /// <exception cref="InvalidOperationException">Chunks are missing.</exception>
    public void Load(ParameterBlock block)
    {
        Manifest.RequireLayout(block.Shapes);
        if (!IsComplete) throw new InvalidOperationException($"version {Manifest.Version} of {Manifest.Run} is not here in full");
        for (var chunk = 0; chunk < Manifest.Chunks; chunk++)
            ParameterEncoding.Decode(block, Manifest.Format, Manifest.Offset(chunk) / ParameterManifest.BytesPerElement(Manifest.Format), _memory[chunk].Span);
    }

    /// <summary>The bytes of a chunk that is there.</summary>
    /// <exception cref="InvalidOperationException">It is not there.</exception>
    public ReadOnlyMemory<byte> Chunk(int chunk) => Read(held => held[chunk])
        ? _memory[chunk]
        : throw new InvalidOperationException($"chunk {chunk} of version {Manifest.Version} of {Manifest.Run} is not here");

    /// <summary>Ends a hold.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0) _free(_memory);
    }

    /// <summary>Holds the copy for a while, or says that it is gone.</summary>
    internal bool TryHold()
    {
        for (var holders = Volatile.Read(ref _holders); holders > 0; holders = Volatile.Read(ref _holders))
        {
            if (Interlocked.CompareExchange(ref _holders, holders + 1, holders) == holders) return true;
        }

        return false;
    }

    /// <summary>Where a missing chunk goes before it is checked.</summary>
    internal Memory<byte> Space(int chunk) => _memory[chunk];

    /// <summary>Looks at, or changes, what is there.</summary>
    internal T Read<T>(Func<ChunkMap, T> read)
    {
        lock (_lock) return read(Held);
    }

    /// <summary>Done at the next <see cref="Announce"/>.</summary>
    internal Task More
    {
        get
        {
            lock (_lock) return _more.Task;
        }
    }

    /// <summary>Tells those who wait for more that there is.</summary>
    internal void Announce()
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            more = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        more.SetResult();
    }

    /// <summary>The chunks that are there, as soon as there are more than a number of them, or after a while.</summary>
    internal async Task<byte[]> WaitBeyond(int count, TimeSpan longest, CancellationToken stop)
    {
        var until = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (Held.Count > count || Held.IsComplete) return Held.ToBytes();
                more = _more.Task;
            }

            var left = longest - TimeProvider.System.GetElapsedTime(until);
            if (left <= TimeSpan.Zero) return Read(held => held.ToBytes());
            await Task.WhenAny(more, Task.Delay(left, stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
    }
}
