using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Parameters;

/// <summary>
/// The versions of one run's parameters on this node: those it published, or fetched, or is fetching. The last two are kept; an older one lives on only while
/// somebody still reads it. The memory of a version that went is used for the next one of its size.
/// </summary>
public sealed class ParameterStore : IDisposable
{
    private const int Kept = 2;

    private readonly Lock _lock = new();
    private readonly SortedList<long, ParameterCopy> _copies = [];
    private TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ParameterMemory? _spare;
    private long _uploaded;
    private bool _isDisposed;

    /// <summary>Bytes of parameters that this node has sent to others.</summary>
    public long Uploaded => Interlocked.Read(ref _uploaded);

    /// <summary>The versions that are here, in full or in part, oldest first.</summary>
    public IReadOnlyList<long> Versions
    {
        get
        {
            lock (_lock) return [.. _copies.Keys];
        }
    }

    /// <summary>Takes a snapshot of a network's parameters, so that training can go on while others fetch it.</summary>
    /// <param name="run">The run's identity.</param>
    /// <param name="version">How many batches the parameters have learned from.</param>
    /// <param name="format">How a value travels.</param>
    /// <param name="block">The parameters, which must not change meanwhile.</param>
    /// <returns>What to announce.</returns>
    public ParameterManifest Publish(string run, long version, ParameterFormat format, ParameterBlock block) =>
        Publish(run, version, format, block.Values.numel(), ParameterManifest.LayoutOf(block.Shapes), (first, bytes) => ParameterEncoding.Encode(block, format, first, bytes));

    /// <summary>Publishes values that come from elsewhere.</summary>
    /// <param name="run">The run's identity.</param>
    /// <param name="version">How many batches the parameters have learned from.</param>
    /// <param name="format">How a value travels.</param>
    /// <param name="elements">How many values there are.</param>
    /// <param name="layout"><see cref="ParameterManifest.LayoutOf"/> of the tensors.</param>
    /// <param name="write">Writes as many values as fit into the bytes, beginning with a given one.</param>
    /// <param name="chunkSize">Bytes of a chunk; chosen by the size where null.</param>
    /// <returns>What to announce.</returns>
    public ParameterManifest Publish(
        string run, long version, ParameterFormat format, long elements, ulong layout, ParameterWriter write, int? chunkSize = null)
    {
        var bytes = elements * ParameterManifest.BytesPerElement(format);
        var size = chunkSize ?? ParameterManifest.ChunkSizeFor(bytes);
        var memory = Memory(bytes, size);
        var hashes = new byte[((bytes - 1) / size + 1) * ParameterManifest.HashSize];
        ParameterManifest manifest;
        try
        {
            for (var chunk = 0; chunk < hashes.Length / ParameterManifest.HashSize; chunk++)
            {
                var span = memory[chunk].Span;
                write((long)chunk * size / ParameterManifest.BytesPerElement(format), span);
                ParameterManifest.Hash(span, hashes.AsSpan(chunk * ParameterManifest.HashSize, ParameterManifest.HashSize));
            }

            manifest = ParameterManifest.Of(run, version, format, elements, layout, size, hashes);
        }
        catch
        {
            Free(memory);
            throw;
        }

        Keep(new ParameterCopy(manifest, memory, isWhole: true, Free));
        return manifest;
    }

    /// <summary>The place of an announced version, with what is already here of it; <see cref="ParameterFetch"/> fills it. It is the caller's to dispose.</summary>
    /// <exception cref="UserErrorException">It is older than what is here.</exception>
    public ParameterCopy Receive(ParameterManifest manifest)
    {
        if (Hold(manifest.Version) is { } here)
        {
            if (here.Manifest.Total == manifest.Total) return here;
            here.Dispose();
        }

        var copy = new ParameterCopy(manifest, Memory(manifest.Bytes, manifest.ChunkSize), isWhole: false, Free);
        copy.TryHold();
        try
        {
            Keep(copy);
        }
        catch
        {
            copy.Dispose();
            throw;
        }

        return copy;
    }

    /// <summary>A version that is here, in full or in part, or null. It is the caller's to dispose.</summary>
    public ParameterCopy? Hold(long version)
    {
        lock (_lock) return _copies.TryGetValue(version, out var copy) && copy.TryHold() ? copy : null;
    }

    /// <summary>The newest version that is here in full, or null where none is that is new enough. It is the caller's to dispose.</summary>
    /// <param name="atLeast">The oldest version that will do.</param>
    public ParameterCopy? HoldNewest(long atLeast = 0)
    {
        lock (_lock)
        {
            for (var i = _copies.Count - 1; i >= 0 && _copies.Keys[i] >= atLeast; i--)
            {
                if (_copies.Values[i].IsComplete && _copies.Values[i].TryHold()) return _copies.Values[i];
            }
        }

        return null;
    }

    /// <summary>Lets go of everything.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            foreach (var copy in _copies.Values) copy.Dispose();
            _copies.Clear();
            _spare?.Free();
            _spare = null;
        }
    }

    /// <summary>A version as soon as it is here, in full or in part; null where it does not come within a time, or cannot come any more.</summary>
    internal async Task<ParameterCopy?> WaitFor(long version, TimeSpan longest, CancellationToken stop)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Task begun;
            lock (_lock)
            {
                if (Hold(version) is { } copy) return copy;
                if (_isDisposed || (_copies.Count == Kept && version < _copies.Keys[0])) return null;
                begun = _begun.Task;
            }

            var left = longest - TimeProvider.System.GetElapsedTime(since);
            if (left <= TimeSpan.Zero) return null;
            await Task.WhenAny(begun, Task.Delay(left, stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
    }

    internal void CountUpload(long bytes)
    {
        Interlocked.Add(ref _uploaded, bytes);
        ParameterMetrics.Sent.Add(bytes);
    }

    private void Keep(ParameterCopy copy)
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                copy.Dispose();
                throw new ObjectDisposedException(nameof(ParameterStore));
            }

            var version = copy.Manifest.Version;
            if (_copies.Count == Kept && version < _copies.Keys[0])
            {
                copy.Dispose();
                throw new UserErrorException($"version {version} of {copy.Manifest.Run} is older than the {string.Join(" and ", _copies.Keys)} that are here; wait for the next announcement");
            }

            if (_copies.Remove(version, out var same)) same.Dispose();
            _copies.Add(version, copy);
            _begun.SetResult();
            _begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            while (_copies.Count > Kept)
            {
                var oldest = _copies.Values[0];
                _copies.RemoveAt(0);
                oldest.Dispose();
            }
        }
    }

    private ParameterMemory Memory(long bytes, int chunkSize)
    {
        lock (_lock)
        {
            if (_spare is { } spare)
            {
                _spare = null;
                if (spare.Bytes == bytes && spare.ChunkSize == chunkSize) return spare;
                spare.Free();
            }
        }

        return new ParameterMemory(bytes, chunkSize);
    }

    private void Free(ParameterMemory memory)
    {
        lock (_lock)
        {
            if (_spare is null && !_isDisposed)
            {
                _spare = memory;
                return;
            }
        }

        memory.Free();
    }
}
