using System.Buffers;
using System.Globalization;
using System.Text;

namespace ActorRlhf.Model.Text;

/// <summary>
/// Cuts UTF-8 into the words that BPE never merges across, as GPT-2's pattern does:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, classifying by code point.
/// A byte that is no part of valid UTF-8 counts as a symbol, so that any bytes are cut into words that concatenate to the input.
/// </summary>
/// <remarks>
/// Written by hand because .NET's regular expressions see UTF-16 units, where an astral letter is two surrogates and not
/// <c>\p{L}</c>. White space is Unicode's White_Space property, as in the <c>regex</c> package that GPT-2 used: U+0085 is in,
/// U+001C to U+001F, U+200B and U+FEFF are not.
/// </remarks>
internal static class PreTokenizer
{
    private enum Class : byte { Symbol, Letter, Number, Space }

    private static readonly Class[] Ascii = [.. Enumerable.Range(0, 128).Select(c => Classify(new Rune(c)))];

    /// <summary>The end (exclusive) of the word that starts at <paramref name="start"/>, which must lie inside the text.</summary>
    public static int WordEnd(ReadOnlySpan<byte> text, int start)
    {
        var contraction = text[start] == '\'' ? ContractionLength(text[(start + 1)..]) : 0;
        if (contraction > 0)
            return start + contraction;

        var first = ClassAt(text, start, out var length);
        var next = start + length;
        if (text[start] == ' ' && next < text.Length)
        {
            var following = ClassAt(text, next, out length);
            if (following != Class.Space)
                return RunEnd(text, next + length, following);
        }
        return first == Class.Space ? SpaceEnd(text, start, next) : RunEnd(text, next, first);
    }

    private static int RunEnd(ReadOnlySpan<byte> text, int position, Class wanted)
    {
        while (position < text.Length && ClassAt(text, position, out var length) == wanted)
            position += length;
        return position;
    }

    /// <summary>A run of white space leaves its last character to the word that follows, unless it is alone or at the end.</summary>
    private static int SpaceEnd(ReadOnlySpan<byte> text, int start, int next)
    {
        var last = start;
        while (next < text.Length && ClassAt(text, next, out var length) == Class.Space)
        {
            last = next;
            next += length;
        }
        return next == text.Length || last == start ? next : last;
    }

    private static int ContractionLength(ReadOnlySpan<byte> afterApostrophe) => afterApostrophe switch
    {
        [(byte)'s' or (byte)'t' or (byte)'m' or (byte)'d', ..] => 2,
        [(byte)'r' or (byte)'v', (byte)'e', ..] or [(byte)'l', (byte)'l', ..] => 3,
        _ => 0,
    };

    private static Class ClassAt(ReadOnlySpan<byte> text, int position, out int length)
    {
        var b = text[position];
        if (b < 128)
        {
            length = 1;
            return Ascii[b];
        }
        return Rune.DecodeFromUtf8(text[position..], out var rune, out length) == OperationStatus.Done ? Classify(rune) : Class.Symbol;
    }

    private static Class Classify(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Class.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Class.Number,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => Class.Space,
        UnicodeCategory.Control when rune.Value is (>= '\t' and <= '\r') or 0x85 => Class.Space,
        _ => Class.Symbol,
    };
}
