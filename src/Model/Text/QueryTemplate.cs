using System.Text;

namespace ActorRlhf.Model.Text;

/// <summary>
/// How a record becomes a query of bounded length, as data: OpenAI's <c>TaskQueryHParams</c> (Stiennon et al. 2020), so that TL;DR
/// and CNN/DM are two templates of one code path.
/// </summary>
public sealed record QueryTemplate
{
    /// <summary>Cuts that are tried one by one, from the longest text down; among more, the search starts by halving.</summary>
    private const int TriedInOrder = 64;

    /// <summary>
    /// The text with a record's fields in braces, such as <c>TITLE: {title}\n\nPOST: {post}\n\nTL;DR:</c>; <c>{{</c> and <c>}}</c>
    /// stand for the braces themselves.
    /// </summary>
    public required string Format { get; init; }

    /// <summary>The field whose tail is dropped when the query is too long; it must be in <see cref="Format"/>.</summary>
    public required string TruncateField { get; init; }

    /// <summary>Where to cut: at the last occurrence, with what follows. Null or empty cuts character by character.</summary>
    public string? TruncateText { get; init; } = "\n";

    /// <summary>The most tokens a query may have.</summary>
    public required int Length { get; init; }

    /// <summary>The names of the fields in <see cref="Format"/>, in order.</summary>
    /// <exception cref="UserErrorException">The format has a brace without its partner or a name that is none.</exception>
    public IReadOnlyList<string> Fields => [.. Parse().Where(piece => piece.IsField).Select(piece => piece.Text)];

    /// <summary>
    /// Fills the template in and encodes it. While that is too long, the truncate-field loses its last line (at the last
    /// <see cref="TruncateText"/>), or its last character once there is no such place: the longest cut that fits, in that order.
    /// </summary>
    /// <remarks>
    /// Beyond 64 places to cut it assumes that longer texts have more tokens, and looks past the length that this finds as many
    /// places again, since a longer text can have a token less; a word of 100,000 characters costs some 100 encodings, not 100,000.
    /// </remarks>
    /// <param name="tokenizer">What counts and makes the tokens.</param>
    /// <param name="fields">The record's fields; ones that the format does not name are ignored; an empty one is allowed.</param>
    /// <exception cref="UserErrorException">A field is missing, the format is wrong, or the rest alone is too long.</exception>
    public EncodedQuery Encode(ByteLevelBpe tokenizer, IReadOnlyDictionary<string, string> fields)
    {
        var pieces = Parse();
        foreach (var piece in pieces)
        {
            if (piece.IsField && !fields.ContainsKey(piece.Text))
                throw new UserErrorException($"query format: no field \"{piece.Text}\" in the record; it has {Names(fields.Keys)}");
        }
        if (!pieces.Contains(new Piece(TruncateField, true)))
            throw new UserErrorException($"query truncate field \"{TruncateField}\" is not in the format, which has {Names(Fields)}");

        var field = fields[TruncateField];
        var query = EncodeCut(field.Length);
        if (Fits(query))
            return query;

        // No token is longer than LongestToken bytes and no character shorter than one.
        var limit = (int)Math.Min(field.Length - 1, (long)Length * tokenizer.LongestToken);
        var lines = LineCuts(field);
        query = LongestThatFits([.. lines.Where(cut => cut <= limit)])
            ?? LongestThatFits(CharacterCuts(field, Math.Min(limit, lines is [var first, ..] ? first - 1 : limit)));
        return query ?? throw new UserErrorException(
            $"query of {EncodeCut(0).Tokens.Count} tokens with an empty \"{TruncateField}\", and {Length} are allowed; " +
            "raise the query length or shorten the other fields");

        EncodedQuery EncodeCut(int length)
        {
            var text = new StringBuilder();
            foreach (var piece in pieces)
            {
                if (!piece.IsField)
                    text.Append(piece.Text);
                else if (piece.Text == TruncateField)
                    text.Append(field, 0, length);
                else
                    text.Append(fields[piece.Text]);
            }
            var filled = text.ToString();
            return new EncodedQuery(tokenizer.Encode(filled), filled);
        }

        bool Fits(EncodedQuery query) => query.Tokens.Count <= Length;

        EncodedQuery? LongestThatFits(IReadOnlyList<int> cuts)
        {
            var (tooLong, fits) = (cuts.Count, -1);
            while (cuts.Count > TriedInOrder && tooLong - fits > 1)
            {
                var middle = (tooLong + fits) / 2;
                if (Fits(EncodeCut(cuts[middle])))
                    fits = middle;
                else
                    tooLong = middle;
            }
            for (var i = Math.Min(fits + TriedInOrder, cuts.Count - 1); i >= Math.Max(fits, 0); i--)
            {
                if (EncodeCut(cuts[i]) is var query && Fits(query))
                    return query;
            }
            return null;
        }
    }

    /// <summary>The lengths at which truncate-texts begin, ascending.</summary>
    private List<int> LineCuts(string field)
    {
        var cuts = new List<int>();
        if (string.IsNullOrEmpty(TruncateText))
            return cuts;
        for (var end = field.AsSpan().LastIndexOf(TruncateText); end >= 0; end = field.AsSpan(0, end).LastIndexOf(TruncateText))
            cuts.Add(end);
        cuts.Reverse();
        return cuts;
    }

    /// <summary>The lengths up to <paramref name="longest"/> that end between two characters, ascending.</summary>
    private static List<int> CharacterCuts(string field, int longest)
    {
        var cuts = new List<int>();
        for (var cut = 0; cut <= longest; cut++)
        {
            if (cut == 0 || !char.IsSurrogatePair(field[cut - 1], field[cut]))
                cuts.Add(cut);
        }
        return cuts;
    }

    private List<Piece> Parse()
    {
        var pieces = new List<Piece>();
        var text = new StringBuilder();
        for (var i = 0; i < Format.Length; i++)
        {
            var c = Format[i];
            if (c is not ('{' or '}'))
            {
                text.Append(c);
            }
            else if (i + 1 < Format.Length && Format[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else
            {
                var end = c == '{' ? Format.IndexOf('}', i) : -1;
                var name = end < 0 ? "" : Format[(i + 1)..end];
                if (name.Length == 0 || !name.All(n => char.IsAsciiLetterOrDigit(n) || n is '_' or '-'))
                {
                    throw new UserErrorException(
                        $"query format \"{Format}\", character {i + 1}: expected {{name}}, or {{{{ and }}}} for the braces themselves");
                }
                pieces.Add(new Piece(text.ToString(), false));
                pieces.Add(new Piece(name, true));
                text.Clear();
                i = end;
            }
        }
        pieces.Add(new Piece(text.ToString(), false));
        return pieces;
    }

    private static string Names(IEnumerable<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal).Distinct().DefaultIfEmpty("none"));

    private readonly record struct Piece(string Text, bool IsField);
}
