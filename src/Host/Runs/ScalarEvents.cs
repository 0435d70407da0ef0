using System.Buffers;
using System.Globalization;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// A run's figures once more, as the event file that TensorBoard shows: <c>tensorboard --logdir runs</c>. It is made from the run's metrics whenever somebody begins to write
/// them, and takes the place of the one before, so a resumed run has no step twice.
/// </summary>
/// <remarks>The file before is left empty: a TensorBoard that is open reads it to its end before it looks for a newer one, which would not come where it is gone.</remarks>
internal sealed class ScalarEvents : IDisposable
{
    /// <summary>What an event file's name begins with; the second of its beginning, the machine and the process follow.</summary>
    public const string Prefix = "events.out.tfevents.";

    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _record = new();
    private long _end;

    private ScalarEvents(FileStream file) => (_file, _end) = (file, file.Position);

    /// <summary>Writes the events so far into a new file, which takes the place of those before.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="past">The run's records so far.</param>
    /// <param name="now">What time it is.</param>
    public static ScalarEvents Begin(string folder, IEnumerable<MetricsRecord> past, DateTimeOffset now)
    {
        string[] before = [.. Directory.EnumerateFiles(folder, Prefix + "*")];
        // TensorBoard reads files in the order of their names, whatever the clock was set to meanwhile.
        var second = before.Select(Second).Append(now.ToUnixTimeSeconds() - 1).Max() + 1;
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{second:D10}.{Environment.MachineName}.{Environment.ProcessId}"));
        var file = AtomicFile.Replace(path, stream =>
        {
            var records = new ArrayBufferWriter<byte>();
            EventRecords.WriteStart(records, now, step: 0);
            foreach (var record in past)
            {
                EventRecords.Write(records, record);
                stream.Write(records.WrittenSpan);
                records.ResetWrittenCount();
            }

            stream.Write(records.WrittenSpan);
        });
        var last = before.MaxBy(Path.GetFileName, StringComparer.Ordinal);
        foreach (var old in before)
        {
            if (old == last) Empty(old);
            else File.Delete(old);
        }

        return new ScalarEvents(file);
    }

    /// <summary>Appends a record; it has reached the operating system when this returns. Nothing is written where another process has taken the run over.</summary>
    public void Append(MetricsRecord record)
    {
        _record.ResetWrittenCount();
        EventRecords.Write(_record, record);
        var length = RandomAccess.GetLength(_file.SafeFileHandle);
        if (length < _end) return;
        if (length > _end) RandomAccess.SetLength(_file.SafeFileHandle, _end); // of a record that did not fit on the disk
        RandomAccess.Write(_file.SafeFileHandle, _record.WrittenSpan, _end);
        _end += _record.WrittenCount;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static void Empty(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(0);
    }

    private static long Second(string path)
    {
        var name = Path.GetFileName(path)[Prefix.Length..];
        return long.TryParse(name.AsSpan(0, Math.Max(0, name.IndexOf('.', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var second) ? second : 0;
    }
}
