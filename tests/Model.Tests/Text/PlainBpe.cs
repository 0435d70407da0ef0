using ActorRlhf.Model.Text;

namespace ActorRlhf.Model.Tests.Text;

/// <summary>BPE as it is defined, with no thought of speed: find the pair of lowest rank in the word, merge all of it, repeat.</summary>
internal sealed class PlainBpe
{
    private readonly List<(string Left, string Right)> _merges;

    /// <param name="tokenizer">Whose merges to apply, as its file spells them.</param>
    public PlainBpe(ByteLevelBpe tokenizer)
    {
        using var folder = new TokenizerFolder();
        tokenizer.Save(folder.Path);
        _merges = [.. File.ReadAllLines(folder.Merges).Skip(1).Select(line => line.Split(' ')).Select(pair => (pair[0], pair[1]))];
    }

    /// <summary>The tokens of one word of visible ASCII; merge r makes token 256 + r.</summary>
    public IReadOnlyList<int> EncodeWord(string word)
    {
        var symbols = word.Select(c => c.ToString()).ToList();
        while (true)
        {
            var present = symbols.Zip(symbols.Skip(1)).ToHashSet();
            var best = _merges.FindIndex(present.Contains);
            if (best < 0)
                break;
            var (left, right) = _merges[best];
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] != left || symbols[i + 1] != right)
                    continue;
                symbols[i] = left + right;
                symbols.RemoveAt(i + 1);
            }
        }
        return [.. symbols.Select(s => s.Length == 1 ? s[0] - '!' : 256 + _merges.FindIndex(merge => merge.Left + merge.Right == s))];
    }
}
