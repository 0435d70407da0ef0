using System.Buffers;
using System.Runtime.InteropServices;

namespace ActorRlhf.Host.Parameters;

/// <summary>The bytes of a version, in memory that the collector does not move or scan, cut into chunks.</summary>
internal sealed unsafe class ParameterMemory
{
    private readonly byte* _start;
    private readonly Chunk[] _chunks;

    public ParameterMemory(long bytes, int chunkSize)
    {
        (Bytes, ChunkSize) = (bytes, chunkSize);
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        _chunks = new Chunk[(bytes - 1) / chunkSize + 1];
        for (var i = 0; i < _chunks.Length; i++)
            _chunks[i] = new Chunk(_start + (long)i * chunkSize, (int)Math.Min(chunkSize, bytes - (long)i * chunkSize));
    }

    public long Bytes { get; }

    public int ChunkSize { get; }

    public Memory<byte> this[int chunk] => _chunks[chunk].Memory;

    /// <summary>Gives the memory back; nobody may use it any more.</summary>
    public void Free() => NativeMemory.AlignedFree(_start);

    private sealed class Chunk(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
