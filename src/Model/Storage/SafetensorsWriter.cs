using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// Writes safetensors files: the same tensors always give the same bytes (ordered by descending type, then name; metadata by key), the data
/// starts at a multiple of 8 bytes, and values are narrowed to F16 or BF16 to nearest, ties to even. Tensors are asked for their values one
/// at a time, so no second copy of the model is made.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a file atomically (<see cref="AtomicFile"/>).</summary>
    /// <inheritdoc cref="Write(Stream, IEnumerable{TensorSource}, IReadOnlyDictionary{string, string}?)"/>
    public static void Write(string path, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes a file's bytes to a stream.</summary>
    /// <param name="stream">Receives the bytes from where it stands.</param>
    /// <param name="tensors">The tensors; their order does not matter.</param>
    /// <param name="metadata">Free strings for the header; transformers wants <c>format</c> = <c>pt</c>.</param>
    /// <exception cref="ArgumentException">A name is reserved or given twice, a type is not a float of at most 32 bits, or a tensor's values do not fill its shape.</exception>
    /// <exception cref="UserErrorException">A finite value is too large for the type it is stored as.</exception>
    public static void Write(Stream stream, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Dtype).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        Check(ordered);
        var header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.LongLength);
        stream.Write(length);
        stream.Write(header);
        var narrowed = new ushort[1 << 15];
        foreach (var tensor in ordered) WriteValues(stream, tensor, narrowed);
    }

    private static void Check(List<TensorSource> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (tensor.Name == "__metadata__") throw new ArgumentException("\"__metadata__\" is reserved by the format; rename the tensor");
            if (!names.Add(tensor.Name)) throw new ArgumentException($"tensor \"{tensor.Name}\" is given twice");
            if (tensor.Dtype is not (TensorDtype.F32 or TensorDtype.F16 or TensorDtype.BF16))
                throw new ArgumentException(
                    $"tensor \"{tensor.Name}\" cannot be written as {tensor.Dtype.HeaderName()}; choose F32, F16 or BF16");
        }
    }

    private static byte[] Header(List<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Dtype.HeaderName());
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteValues(Stream stream, TensorSource tensor, ushort[] narrowed)
    {
        var values = tensor.Values();
        if (values.Length != tensor.Count)
            throw new ArgumentException(
                $"tensor \"{tensor.Name}\" gave {values.Length} values for shape {TensorEntry.Format(tensor.Shape)}");
        // Pieces, because a span of floats can have more bytes than a span of bytes can count.
        for (var start = 0; start < values.Length; start += narrowed.Length)
        {
            var piece = values.Slice(start, Math.Min(narrowed.Length, values.Length - start));
            if (tensor.Dtype == TensorDtype.F32)
            {
                stream.Write(MemoryMarshal.AsBytes(piece));
                continue;
            }
            if (tensor.Dtype == TensorDtype.F16) FloatConversion.SingleToHalf(piece, narrowed);
            else FloatConversion.SingleToBFloat16(piece, narrowed);
            var written = narrowed.AsSpan(0, piece.Length);
            CheckRange(tensor, piece, written, start);
            stream.Write(MemoryMarshal.AsBytes(written));
        }
    }

    private static void CheckRange(TensorSource tensor, ReadOnlySpan<float> values, ReadOnlySpan<ushort> narrowed, int start)
    {
        var infinity = tensor.Dtype == TensorDtype.F16 ? 0x7c00 : 0x7f80;
        for (var i = 0; i < narrowed.Length; i++)
        {
            if ((narrowed[i] & 0x7fff) != infinity || !float.IsFinite(values[i])) continue;
            var wider = tensor.Dtype == TensorDtype.F16 ? "BF16 or F32" : "F32";
            throw new UserErrorException(FormattableString.Invariant(
                $"tensor \"{tensor.Name}\" has {values[i]} at index {start + i}, too large for {tensor.Dtype.HeaderName()}; save it as {wider}"));
        }
    }
}
