using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// A safetensors file open for reading. Opening reads and checks the header only; the data is mapped into memory on the first read and its
/// pages come from disk when touched. A file that is open must not be shortened in place; writers here replace files by renaming.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, TensorEntry> _entries;
    private readonly Lock _mapping = new();
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private byte* _data;
    private bool _disposed;

    private SafetensorsFile(FileStream stream, SafetensorsHeader header)
    {
        _stream = stream;
        _header = header;
        _entries = header.Tensors.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path that was opened.</summary>
    public string Path => _stream.Name;

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Tensors => _header.Tensors;

    /// <summary>The header's free strings (<c>__metadata__</c>); empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header against the format and the file's length.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it is damaged, truncated or not a safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be opened ({e.Message}); give the path of a readable safetensors file", e);
        }
        try
        {
            return new SafetensorsFile(stream, SafetensorsHeader.Read(stream, path));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file holds a tensor of that name.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The entry of a tensor.</summary>
    /// <exception cref="UserErrorException">The file has no such tensor.</exception>
    public TensorEntry this[string name] => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw new UserErrorException($"{Path}: no tensor \"{name}\" among its {_entries.Count}; is this a file of another model?");

    /// <summary>The raw little-endian bytes of a tensor, in place; valid until this file is disposed.</summary>
    /// <exception cref="UserErrorException">The file has no such tensor.</exception>
    /// <exception cref="InvalidOperationException">The tensor has more bytes than a span can; read it in pieces.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = this[name];
        if (entry.Bytes > int.MaxValue)
            throw new InvalidOperationException(
                $"{Path}: tensor \"{name}\" has {entry.Bytes} bytes, more than one span holds; read it in pieces");
        return Slice(entry, 0, (int)entry.Count);
    }

    /// <summary>Reads elements of a tensor, in row-major order, as float32: widened exactly from F16 and BF16, rounded from wider types.</summary>
    /// <param name="name">Which tensor.</param>
    /// <param name="destination">Receives as many elements as it holds.</param>
    /// <param name="start">Index of the first element read.</param>
    /// <exception cref="UserErrorException">The file has no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer than <paramref name="start"/> plus the destination's elements.</exception>
    public void Read(string name, Span<float> destination, long start = 0)
    {
        var entry = this[name];
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        if (start > entry.Count - destination.Length)
            throw new ArgumentOutOfRangeException(
                nameof(start), start, $"tensor \"{name}\" has {entry.Count} elements; {destination.Length} do not follow");

        // A span of bytes ends at 2 GiB, a span of floats at four times that; pieces keep both within reach.
        const int Piece = 1 << 26;
        for (var done = 0; done < destination.Length; done += Piece)
        {
            var piece = destination.Slice(done, Math.Min(Piece, destination.Length - done));
            Convert(entry.Dtype, Slice(entry, start + done, piece.Length), piece);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_mapping)
        {
            if (_disposed) return;
            _disposed = true;
            if (_data is not null) _view!.SafeMemoryMappedViewHandle.ReleasePointer();
            _data = null;
            _view?.Dispose();
            _map?.Dispose();
        }
        _stream.Dispose();
    }

    private ReadOnlySpan<byte> Slice(TensorEntry entry, long start, int count)
    {
        var size = entry.Dtype.Size();
        return count == 0 ? [] : new ReadOnlySpan<byte>(Data() + entry.Begin + (start * size), count * size);
    }

    private byte* Data()
    {
        lock (_mapping)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_data is not null) return _data;
            var needed = _header.DataStart + _header.Tensors[^1].End;
            if (_stream.Length != needed)
                throw new UserErrorException(
                    $"{Path}: had {needed} bytes when it was opened and has {_stream.Length} now; replace files by renaming, never in place");
            _map = MemoryMappedFile.CreateFromFile(_stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _map.CreateViewAccessor(0, needed, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            return _data = pointer + _view.PointerOffset + _header.DataStart;
        }
    }

    private static void Convert(TensorDtype dtype, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (dtype)
        {
            case TensorDtype.F32: source.CopyTo(MemoryMarshal.AsBytes(destination)); break;
            case TensorDtype.BF16: FloatConversion.BFloat16ToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination); break;
            case TensorDtype.F16: FloatConversion.HalfToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination); break;
            case TensorDtype.F64: Each<double>(source, destination, static x => (float)x); break;
            case TensorDtype.I64: Each<long>(source, destination, static x => x); break;
            case TensorDtype.U64: Each<ulong>(source, destination, static x => x); break;
            case TensorDtype.I32: Each<int>(source, destination, static x => x); break;
            case TensorDtype.U32: Each<uint>(source, destination, static x => x); break;
            case TensorDtype.I16: Each<short>(source, destination, static x => x); break;
            case TensorDtype.U16: Each<ushort>(source, destination, static x => x); break;
            case TensorDtype.I8: Each<sbyte>(source, destination, static x => x); break;
            case TensorDtype.U8 or TensorDtype.Bool: Each<byte>(source, destination, static x => x); break;
            default: throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "not a safetensors dtype");
        }
    }

    private static void Each<T>(ReadOnlySpan<byte> source, Span<float> destination, Func<T, float> convert) where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(source);
        for (var i = 0; i < values.Length; i++) destination[i] = convert(values[i]);
    }
}
