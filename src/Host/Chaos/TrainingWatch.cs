using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ActorRlhf.Host.Chaos;

/// <summary>Sees from a run's metrics how many batches are trained, and when each was for the first time: after a crash some are trained again.</summary>
/// <param name="metrics">The file.</param>
internal sealed class TrainingWatch(string metrics)
{
    private const int Tail = 16 * 1024; // more than a record

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<(long Batches, TimeSpan At)> _seen = [];
    private long _length;

    /// <summary>Batches trained.</summary>
    public long Batches { get; private set; }

    /// <summary>Time since the watch began.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    /// <summary>When the last new batch was seen; the beginning where there was none.</summary>
    public TimeSpan LastBatch => _seen.Count > 0 ? _seen[^1].At : TimeSpan.Zero;

    /// <summary>Looks.</summary>
    public void Look()
    {
        var file = new FileInfo(metrics);
        if (!file.Exists || file.Length == _length) return;
        _length = file.Length;
        if (LastStep() is not { } step || step <= Batches) return;
        Batches = step;
        _seen.Add((step, Now));
    }

    /// <summary>Time from a moment to the next new batch; null where there was none.</summary>
    public TimeSpan? UntilBatch(TimeSpan from) => _seen.Find(batch => batch.At > from) is { Batches: > 0 } next ? next.At - from : null;

    /// <summary>The longest times without a new batch after the first one, the longest first, each with when it began.</summary>
    public IEnumerable<(TimeSpan From, TimeSpan Time)> Pauses() =>
        _seen.Zip(_seen.Skip(1), (before, after) => (before.At, after.At - before.At)).OrderByDescending(pause => pause.Item2);

    private long? LastStep()
    {
        using var file = new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(Tail, file.Length), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = reader.ReadToEnd();
        var end = text.LastIndexOf('\n');
        if (end < 0) return null;
        var begin = text.LastIndexOf('\n', Math.Max(0, end - 1)) + 1;
        try
        {
            using var record = JsonDocument.Parse(text[begin..end]);
            return record.RootElement.GetProperty("step").GetInt64();
        }
        catch (JsonException)
        {
            return null; // it was being cut while it was read
        }
    }
}
