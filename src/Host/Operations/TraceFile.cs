using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// A node's spans of sampled episodes as lines of OTLP's JSON, which OpenTelemetry's collector reads (<c>otlpjsonfile</c>): for those who have none running. Which episodes are sampled follows from their
/// traces' identity, so that a sampled one's spans are in the files of all nodes. What cannot be written, such as to a full disk, is left out.
/// </summary>
public sealed class TraceFile : IDisposable
{
    private const int MostWaiting = 16_384;
    private const int MostInLine = 256;
    private const int Internal = 1; // SPAN_KIND_INTERNAL
    private const int Error = 2; // STATUS_CODE_ERROR
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _run;
    private readonly string _node;
    private readonly FileStream _file;
    private readonly Channel<Activity> _ended = Channel.CreateBounded<Activity>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly ActivityListener _listener;
    private readonly Task _writing;

    private TraceFile(string path, string run, string node, int every)
    {
        (_run, _node) = (run, node);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        EndTornLine();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EpisodeSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> span) =>
                IsSampled(span.Parent.TraceId, every) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            // Others who listen may want other episodes, and another node of this process has another run.
            ActivityStopped = span =>
            {
                if (IsSampled(span.TraceId, every) && run.Equals(span.GetTagItem(EpisodeSpans.Run))) _ended.Writer.TryWrite(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _writing = Write();
    }

    /// <summary>Begins to write spans down; null where no episode is to be sampled.</summary>
    /// <param name="settings">Which episodes.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="run">The run's name.</param>
    /// <param name="node">The node's.</param>
    public static TraceFile? Open(TraceSettings settings, string folder, string run, string node) =>
        settings.Every == 0 ? null : new TraceFile(Path.Combine(folder, "traces", $"{node}.jsonl"), run, node, settings.Every);

    /// <summary>Whether a trace is one in so many; of an episode, the same everywhere.</summary>
    public static bool IsSampled(ActivityTraceId trace, int every)
    {
        Span<byte> id = stackalloc byte[16];
        trace.CopyTo(id);
        return BinaryPrimitives.ReadUInt64BigEndian(id[8..]) % (ulong)every == 0;
    }

    /// <summary>Writes what has ended by now, and closes the file.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _ended.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
        _file.Dispose();
    }

    private async Task Write()
    {
        var spans = new List<Activity>();
        while (await _ended.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            spans.Clear();
            while (spans.Count < MostInLine && _ended.Reader.TryRead(out var span)) spans.Add(span);
            try
            {
                await _file.WriteAsync(Line(spans)).ConfigureAwait(false);
                await _file.FlushAsync().ConfigureAwait(false);
            }
            catch (IOException)
            {
                EndTornLine();
            }
        }
    }

    // Of a process that was killed, or a disk that was full; a line of its own is passed over by who reads them.
    private void EndTornLine()
    {
        try
        {
            _file.Position = Math.Max(0, _file.Length - 1);
            var last = _file.ReadByte();
            if (last is not (-1 or '\n')) _file.WriteByte((byte)'\n');
        }
        catch (IOException)
        {
            // and again with the next spans
        }
    }

    private ReadOnlyMemory<byte> Line(List<Activity> spans)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceSpans");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            WriteAttributes(json, [new("service.name", "rlhf"), new("service.namespace", _run), new("service.instance.id", _node)]);
            json.WriteEndObject();
            json.WriteStartArray("scopeSpans");
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", EpisodeSpans.SourceName);
            json.WriteEndObject();
            json.WriteStartArray("spans");
            foreach (var span in spans) WriteSpan(json, span);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static void WriteSpan(Utf8JsonWriter json, Activity span)
    {
        json.WriteStartObject();
        json.WriteString("traceId", span.TraceId.ToHexString());
        json.WriteString("spanId", span.SpanId.ToHexString());
        json.WriteString("name", span.OperationName);
        json.WriteNumber("kind", Internal);
        json.WriteString("startTimeUnixNano", Nanoseconds(span.StartTimeUtc));
        json.WriteString("endTimeUnixNano", Nanoseconds(span.StartTimeUtc + span.Duration));
        WriteAttributes(json, span.TagObjects);
        if (span.Status == ActivityStatusCode.Error)
        {
            json.WriteStartObject("status");
            json.WriteNumber("code", Error);
            json.WriteString("message", span.StatusDescription);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        json.WriteStartArray("attributes");
        foreach (var (key, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteStartObject("value");
            switch (value)
            {
                case bool truth:
                    json.WriteBoolean("boolValue", truth);
                    break;
                case int or long:
                    json.WriteString("intValue", Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
                case float or double when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                    json.WriteNumber("doubleValue", Convert.ToDouble(value, CultureInfo.InvariantCulture));
                    break;
                default:
                    json.WriteString("stringValue", Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Ticks are a hundred nanoseconds.
    private static string Nanoseconds(DateTime utc) => ((utc - DateTime.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);
}
