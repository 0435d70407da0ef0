using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ActorRlhf.Model;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// The figures of a run over time, as JSON lines that any tool can read:
/// <c>{"step":12,"time":"2026-01-31T09:30:00.000Z","phase":"ppo","metrics":{"kl":1.5}}</c>.
/// </summary>
/// <remarks>
/// Each record reaches the operating system before <see cref="Append"/> returns, so a killed process loses none; what a power cut tears off the
/// end is dropped when the log is written again. Who rewinds it gets a file of its own under the name: a process that stood still meanwhile writes
/// on into the one that it had, which nobody reads any more. NaN and infinities, for which JSON has no number, are the strings <c>"NaN"</c>, <c>"Infinity"</c>
/// and <c>"-Infinity"</c>. The same figures go to an event file for TensorBoard beside the log.
/// </remarks>
public sealed class MetricsLog : IDisposable
{
    private const int CopySize = 1 << 16;

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _line = new();
    private FileStream _file;
    private ScalarEvents? _events; // since the first record, or since it was rewound
    private long _end; // behind its last finished line

    private MetricsLog(string path, FileStream file, TimeProvider time) => (_path, _file, _time, _end) = (path, file, time, EndOfLastLine(file));

    /// <summary>Opens the log to append to it, creating it if need be. A last line that was not finished is dropped by the next record.</summary>
    /// <param name="path">The file, <c>metrics.jsonl</c> by custom.</param>
    /// <param name="time">The clock of the records; the system's by default.</param>
    public static MetricsLog Open(string path, TimeProvider? time = null)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            return new MetricsLog(path, file, time ?? TimeProvider.System);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Forgets what a resumed run is about to do again: everything from the first record of <paramref name="phase"/> beyond
    /// <paramref name="lastStep"/> on, later phases included.
    /// </summary>
    /// <param name="phase">The phase that is resumed.</param>
    /// <param name="lastStep">The last step that the run's checkpoint holds; −1 when the phase starts from its beginning.</param>
    /// <exception cref="UserErrorException">A line before that point is not a record, or another process writes the log now.</exception>
    public void Rewind(string phase, long lastStep)
    {
        _file.Seek(0, SeekOrigin.Begin);
        var keep = _end;
        foreach (var (offset, number, line) in Lines(_file))
        {
            var record = Parse(line, _path, number);
            if (record.Phase == phase && record.Step > lastStep)
            {
                keep = offset;
                break;
            }
        }

        if (IsReplaced())
            throw new UserErrorException($"{_path}: another process has taken the run over and writes it now; this one stops");
        var old = _file;
        _file = AtomicFile.Replace(_path, fresh =>
        {
            old.Seek(0, SeekOrigin.Begin);
            for (var kept = new byte[Math.Min(keep, CopySize)]; fresh.Position < keep;)
            {
                var count = (int)Math.Min(kept.Length, keep - fresh.Position);
                old.ReadExactly(kept, 0, count);
                fresh.Write(kept, 0, count);
            }
        });
        _end = keep;
        old.Dispose();
        BeginEvents();
    }

    /// <summary>Appends one record, stamped with the current time.</summary>
    /// <param name="step">The step of the phase that the figures belong to.</param>
    /// <param name="phase">The part of the run.</param>
    /// <param name="metrics">Figures by name, written in the order they come.</param>
    public void Append(long step, string phase, IEnumerable<KeyValuePair<string, double>> metrics) =>
        Append(new MetricsRecord(step, _time.GetUtcNow(), phase, new OrderedDictionary<string, double>(metrics)));

    /// <summary>Appends a record of another log, with its time.</summary>
    public void Append(MetricsRecord record)
    {
        if (_events is null) BeginEvents();
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteNumber("step", record.Step);
            json.WriteString("time", record.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("phase", record.Phase);
            json.WriteStartObject("metrics");
            foreach (var (name, value) in record.Metrics)
            {
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        var file = _file.SafeFileHandle;
        if (RandomAccess.GetLength(file) != _end) RandomAccess.SetLength(file, _end);
        RandomAccess.Write(file, _line.WrittenSpan, _end);
        _end += _line.WrittenCount;
        _events?.Append(record);
    }

    /// <summary>Reads a log from its beginning, also while a run is writing it. A last line that is not finished is left out.</summary>
    /// <param name="path">The file; one that does not exist has no records.</param>
    /// <exception cref="UserErrorException">A finished line is not a record.</exception>
    public static IEnumerable<MetricsRecord> Read(string path)
    {
        if (!File.Exists(path))
            yield break;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var (_, number, line) in Lines(file))
            yield return Parse(line, path, number);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _events?.Dispose();
    }

    private void BeginEvents()
    {
        if (IsReplaced()) return;
        _events?.Dispose();
        _file.Seek(0, SeekOrigin.Begin);
        var past = Lines(_file).TakeWhile(line => line.Offset < _end).Select(line => Parse(line.Line, _path, line.Number));
        _events = ScalarEvents.Begin(Path.GetDirectoryName(Path.GetFullPath(_path))!, past, _time.GetUtcNow());
    }

    /// <summary>The finished lines of a file from its current position: where each begins, its number from 1, and its bytes without the newline.</summary>
    internal static IEnumerable<(long Offset, int Number, byte[] Line)> Lines(Stream file)
    {
        var buffer = new byte[64 * 1024];
        var line = new ArrayBufferWriter<byte>();
        var offset = file.Position;
        var number = 0;
        int read;
        while ((read = file.Read(buffer)) > 0)
        {
            var start = 0;
            int length;
            while ((length = buffer.AsSpan(start, read - start).IndexOf((byte)'\n')) >= 0)
            {
                line.Write(buffer.AsSpan(start, length));
                start += length + 1;
                yield return (offset, ++number, line.WrittenSpan.ToArray());
                offset += line.WrittenCount + 1;
                line.ResetWrittenCount();
            }

            line.Write(buffer.AsSpan(start, read - start));
        }
    }

    // Linux says of an open file whether it still has its name. Elsewhere the later of two writers is taken to be the right one.
    private bool IsReplaced() =>
        OperatingSystem.IsLinux()
        && File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_file.SafeFileHandle.DangerousGetHandle()}"), returnFinalTarget: false)
            is { } file && file.FullName.EndsWith(" (deleted)", StringComparison.Ordinal);

    private static long EndOfLastLine(FileStream file)
    {
        var end = 0L;
        foreach (var (offset, _, line) in Lines(file))
            end = offset + line.Length + 1;
        return end;
    }

    /// <summary>The record of a line.</summary>
    /// <exception cref="UserErrorException">It is not one.</exception>
    internal static MetricsRecord Parse(byte[] line, string path, int? number = null)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var metrics = new Dictionary<string, double>();
            foreach (var figure in json.RootElement.GetProperty("metrics").EnumerateObject())
            {
                metrics[figure.Name] = figure.Value.ValueKind == JsonValueKind.String
                    ? double.Parse(figure.Value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
                    : figure.Value.GetDouble();
            }

            return new MetricsRecord(
                json.RootElement.GetProperty("step").GetInt64(),
                json.RootElement.GetProperty("time").GetDateTimeOffset(),
                json.RootElement.GetProperty("phase").GetString()!,
                metrics);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException(
                $"{path}{(number is null ? "" : $" line {number}")}: not a metrics record ({e.Message.TrimEnd('.')}); delete the line, or start anew in another folder with --out", e);
        }
    }
}
