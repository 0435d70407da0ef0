using System.Buffers.Binary;

namespace ActorRlhf.Model.Text;

/// <summary>
/// The tokens of words seen lately, shared by all threads without a lock. A word has one slot that its hash names, and the last
/// word to come keeps it, so memory is bounded (a few MiB) with no bookkeeping.
/// </summary>
internal sealed class WordCache
{
    private const int SlotBits = 15;
    private const int LongestWord = 64;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly Entry?[] _slots = new Entry?[1 << SlotBits];

    /// <summary>The word's tokens if they are at hand, else what <paramref name="merges"/> makes of it.</summary>
    public ReadOnlySpan<int> TokensOf(ReadOnlySpan<byte> word, MergeTable merges)
    {
        if (word.Length > LongestWord)
            return merges.Apply(word);

        // An entry is immutable and a reference is written at once: a reader sees a whole entry, the old one or the new one.
        ref var slot = ref _slots[Slot(word)];
        var entry = slot;
        if (entry is null || !entry.Word.AsSpan().SequenceEqual(word))
            slot = entry = new Entry(word.ToArray(), merges.Apply(word));
        return entry.Tokens;
    }

    private static int Slot(ReadOnlySpan<byte> word)
    {
        var hash = (ulong)word.Length;
        for (; word.Length >= sizeof(ulong); word = word[sizeof(ulong)..])
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(word));
        ulong rest = 0;
        foreach (var b in word)
            rest = (rest << 8) | b;
        return (int)(Mix(hash ^ rest) >> (64 - SlotBits));
    }

    private static ulong Mix(ulong value)
    {
        value *= Multiplier;
        return (value ^ (value >> 32)) * Multiplier;
    }

    private sealed class Entry(byte[] word, int[] tokens)
    {
        public byte[] Word { get; } = word;
        public int[] Tokens { get; } = tokens;
    }
}
