using System.Buffers;

namespace ActorRlhf.Host.Operations;

/// <summary>Where the last lines of a file begin. It is read from its end, so that a long log costs no more than a short one.</summary>
internal static class LogTail
{
    /// <summary>The most bytes that are looked through; what is before is left out.</summary>
    public const int MostBytes = 4 << 20;

    private const int BlockBytes = 1 << 16;

    /// <summary>The offset at which the last lines begin. A last line that is not finished counts as one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="end">Where it ends, for this purpose.</param>
    /// <param name="lines">How many lines.</param>
    /// <returns>The offset of the beginning of a line.</returns>
    public static long Find(FileStream file, long end, int lines)
    {
        if (lines == 0) return end;
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var (least, best, found) = (Math.Max(0, end - MostBytes), end, 0);
            for (var stop = end; stop > least;)
            {
                var start = Math.Max(least, stop - BlockBytes);
                var bytes = block.AsSpan(0, (int)(stop - start));
                file.Position = start;
                file.ReadExactly(bytes);
                for (var i = bytes.Length; (i = bytes[..i].LastIndexOf((byte)'\n')) >= 0;)
                {
                    var after = start + i + 1;
                    if (after == end) continue; // it ends the last line
                    best = after;
                    if (++found == lines) return best;
                }

                stop = start;
            }

            return least == 0 ? 0 : best;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
