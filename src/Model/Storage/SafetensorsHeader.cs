using System.Buffers.Binary;
using System.Text.Json;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// Reads and checks the header of a safetensors file: 8 bytes of little-endian length, then that many bytes of JSON, then the data. The
/// header is treated as hostile: every number is checked against the file before anything uses it, and the tensors must tile the data
/// exactly, with no gap, overlap or leftover (the format's own rules, github.com/huggingface/safetensors).
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's limit for the JSON part, in bytes.</summary>
    public const long MaxBytes = 100_000_000;

    private const string MetadataKey = "__metadata__";
    private const string Remedy = "the file is damaged or its exporter is at fault; copy, download or export it again";

    private readonly string _file;

    private SafetensorsHeader(string file) => _file = file;

    /// <summary>Where the data starts in the file, in bytes.</summary>
    public long DataStart { get; private set; }

    /// <summary>The tensors, in the order of their data.</summary>
    public List<TensorEntry> Tensors { get; } = [];

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the header from the start of <paramref name="stream"/>.</summary>
    /// <exception cref="UserErrorException">The header breaks a rule of the format, or the file is shorter or longer than it says.</exception>
    public static SafetensorsHeader Read(Stream stream, string file)
    {
        var header = new SafetensorsHeader(file);
        var length = stream.Length;
        if (length < 8) throw header.Error($"{length} bytes are too few for a safetensors file (at least 8 hold the header's length)");
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (size > MaxBytes)
            throw header.Error(
                $"the first 8 bytes announce a header of {size} bytes, above the format's limit of {MaxBytes}; is this a safetensors file?");
        if ((long)size > length - 8)
            throw header.Error($"the header should take {size} bytes, but only {length - 8} follow its length");
        var json = new byte[size];
        stream.ReadExactly(json);
        header.Parse(json);
        header.DataStart = 8 + (long)size;
        header.CheckTiling(length - header.DataStart);
        return header;
    }

    private void Parse(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != (byte)'{') throw Error("the header does not start with '{'");
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (ReadKey(ref reader) is { } name)
            {
                if (!names.Add(name)) throw Error($"the header has the key \"{name}\" twice");
                if (name == MetadataKey) ParseMetadata(ref reader);
                else Tensors.Add(ParseTensor(ref reader, name));
            }
            while (reader.Read()) { }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Error($"the header is not valid JSON in UTF-8: {e.Message}", e);
        }
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, $"{MetadataKey} must be an object of strings");
        while (ReadKey(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String, $"{MetadataKey} \"{key}\" must be a string");
            if (!Metadata.TryAdd(key, reader.GetString()!)) throw Error($"{MetadataKey} has the key \"{key}\" twice");
        }
    }

    private TensorEntry ParseTensor(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, $"tensor \"{name}\" must be an object with dtype, shape and data_offsets");
        string? dtypeName = null;
        List<long>? shape = null, offsets = null;
        while (ReadKey(ref reader) is { } key)
        {
            var known = (key, dtypeName, shape, offsets);
            switch (known)
            {
                case ("dtype", not null, _, _) or ("shape", _, not null, _) or ("data_offsets", _, _, not null):
                    throw Error($"tensor \"{name}\" has \"{key}\" twice");
                case ("dtype", _, _, _):
                    Expect(ref reader, JsonTokenType.String, $"tensor \"{name}\": dtype must be a string");
                    dtypeName = reader.GetString();
                    break;
                case ("shape", _, _, _):
                    shape = ParseSizes(ref reader, name, key);
                    break;
                case ("data_offsets", _, _, _):
                    offsets = ParseSizes(ref reader, name, key);
                    break;
                default:
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }
        if (dtypeName is null || shape is null || offsets is null)
            throw Error($"tensor \"{name}\" lacks {(dtypeName is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        if (!TensorDtypes.TryParse(dtypeName, out var dtype))
        {
            var known = string.Join(", ", Enum.GetValues<TensorDtype>().Select(d => d.HeaderName()));
            throw new UserErrorException(
                $"{_file}: tensor \"{name}\" has dtype \"{dtypeName}\", which is not one of {known}; convert the file to F32, F16 or BF16");
        }
        if (offsets.Count != 2 || offsets[1] < offsets[0])
            throw Error($"tensor \"{name}\": data_offsets {TensorEntry.Format(offsets)} must be [begin, end] with begin <= end");
        CheckByteCount(name, dtype, shape, offsets[0], offsets[1]);
        return new TensorEntry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private void CheckByteCount(string name, TensorDtype dtype, List<long> shape, long begin, long end)
    {
        long bytes = dtype.Size();
        try
        {
            foreach (var size in shape) bytes = checked(bytes * size);
        }
        catch (OverflowException e)
        {
            throw Error($"tensor \"{name}\": shape {TensorEntry.Format(shape)} has more bytes than 64 bits can count", e);
        }
        if (end - begin != bytes)
            throw Error(
                $"tensor \"{name}\": data_offsets [{begin}, {end}] hold {end - begin} bytes, but {dtype.HeaderName()} {TensorEntry.Format(shape)} takes {bytes}");
    }

    private List<long> ParseSizes(ref Utf8JsonReader reader, string name, string key)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"tensor \"{name}\": {key} must be an array");
        var sizes = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0)
                throw Error($"tensor \"{name}\": {key} must hold whole numbers of at least 0");
            sizes.Add(size);
        }
        return sizes;
    }

    private void CheckTiling(long dataBytes)
    {
        Tensors.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long next = 0;
        foreach (var tensor in Tensors)
        {
            if (tensor.Begin < next)
                throw Error(
                    $"tensor \"{tensor.Name}\": data_offsets [{tensor.Begin}, {tensor.End}] overlap the tensor before, which ends at {next}");
            if (tensor.Begin > next)
                throw Error($"tensor \"{tensor.Name}\": data_offsets [{tensor.Begin}, {tensor.End}] leave a hole after byte {next}");
            next = tensor.End;
        }
        if (next > dataBytes)
            throw Error(
                $"tensor \"{Tensors[^1].Name}\": data_offsets [{Tensors[^1].Begin}, {next}] end behind the file's data, which has {dataBytes} bytes: {next - dataBytes} bytes are missing");
        if (next < dataBytes) throw Error($"{dataBytes - next} bytes follow the last tensor's end at byte {next} of the data");
    }

    /// <summary>The next property's name, or null at the object's end.</summary>
    private static string? ReadKey(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string message)
    {
        reader.Read();
        if (reader.TokenType != type) throw Error(message);
    }

    private UserErrorException Error(string message, Exception? inner = null) => new($"{_file}: {message}; {Remedy}", inner);
}
