using System.Collections.Frozen;

namespace ActorRlhf.Model.Text;

/// <summary>
/// GPT-2's printable alphabet of 256 characters, one a byte, in which its vocabulary files spell tokens: a byte that is a visible
/// Latin-1 character stands for itself, the other 68 (spaces, controls, the soft hyphen) take U+0100 onwards in ascending order.
/// </summary>
internal static class ByteAlphabet
{
    private const int FirstSubstitute = 0x100;

    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 256).OrderBy(b => !IsVisible(b)).Select(b => (byte)b)];
    private static readonly int VisibleCount = Enumerable.Range(0, 256).Count(IsVisible);
    private static readonly char[] Characters = MakeCharacters();
    private static readonly FrozenDictionary<char, byte> ByCharacter = Bytes.ToFrozenDictionary(b => Characters[b]);

    /// <summary>All bytes in the order of their token ids in GPT-2's vocabulary: the visible ones first.</summary>
    public static ReadOnlySpan<byte> InVocabularyOrder => Bytes;

    /// <summary>Spells bytes in the alphabet.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var spelling = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            spelling[i] = Characters[bytes[i]];
        return new string(spelling);
    }

    /// <summary>Reads a spelling back; false when it holds a character outside the alphabet.</summary>
    public static bool TryRead(ReadOnlySpan<char> spelling, out byte[] bytes)
    {
        bytes = new byte[spelling.Length];
        for (var i = 0; i < spelling.Length; i++)
        {
            if (!ByCharacter.TryGetValue(spelling[i], out bytes[i]))
                return false;
        }
        return true;
    }

    private static bool IsVisible(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        for (var i = 0; i < 256; i++)
            characters[Bytes[i]] = i < VisibleCount ? (char)Bytes[i] : (char)(FirstSubstitute + i - VisibleCount);
        return characters;
    }
}
