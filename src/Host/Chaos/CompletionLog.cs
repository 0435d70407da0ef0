using System.Globalization;
using System.IO.MemoryMappedFiles;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Host.Chaos;

/// <summary>
/// What a process has generated and what became of it, in a file mapped into its memory: what is written there is in the file at once, whatever happens to the process. An entry is
/// made before anybody but the generator knows of the response. All members may be used from any thread.
/// </summary>
public sealed class CompletionLog : IResponseObserver, IDisposable
{
    internal const int Header = 16; // whether the process has ended in good order, then outcomes of responses that are not here; both int32
    internal const int Entry = 24; // fate (int32), nothing (int32), episode (int64), digest (uint64)
    private const int Most = 1 << 20;
    private const int Strays = 4;

    private readonly Lock _lock = new();
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<long, int> _latest = [];
    private int _count;

    private CompletionLog(MemoryMappedFile file) => (_file, _view) = (file, file.CreateViewAccessor());

    /// <summary>Begins a file for this process in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The node's name.</param>
    public static CompletionLog Create(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.{Environment.ProcessId}.{DateTime.UtcNow:HHmmssfff}"));
        return new CompletionLog(MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, Header + (long)Most * Entry)); // a file with a hole: it takes what is written
    }

    /// <summary>A response is finished.</summary>
    public void Made(Completion completion)
    {
        var sampled = SampledEpisode.Of(completion);
        lock (_lock)
        {
            if (_count == Most) throw new InvalidOperationException($"more than {Most} responses in one process; there is no room to record them");
            long at = Header + _count * Entry;
            _view.Write(at + 8, sampled.Episode);
            _view.Write(at + 16, ResponseDigest.Of(sampled));
            Thread.MemoryBarrier(); // an entry with a fate is whole
            _view.Write(at, (int)Fate.Unsettled);
            _latest[sampled.Episode] = _count++;
        }
    }

    /// <inheritdoc/>
    public void Settled(long episode, RefusalReason? refusal)
    {
        lock (_lock)
        {
            if (_latest.TryGetValue(episode, out var index)) _view.Write(Header + (long)index * Entry, (int)(refusal is { } reason ? Fate.Refused + (int)reason : Fate.Journaled));
            else _view.Write(Strays, _view.ReadInt32(Strays) + 1);
        }
    }

    /// <summary>The process has finished what it began.</summary>
    public void End() => _view.Write(0, 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
