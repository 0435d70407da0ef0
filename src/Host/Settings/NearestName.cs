namespace ActorRlhf.Host.Settings;

/// <summary>What somebody probably meant by a name nobody knows.</summary>
public static class NearestName
{
    private const int LongestName = 100;

    /// <summary>
    /// The known name closest to <paramref name="name"/>, or null where none is close: at most a third of the letters differ, or one name
    /// begins with the other.
    /// </summary>
    /// <param name="name">The unknown name; upper case and <c>_</c> are read as kebab case.</param>
    /// <param name="known">The known names, in kebab case.</param>
    public static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > LongestName)
            return null;
        var key = KeyPath.FromName(name).Replace('_', '-');
        return known
            .Where(candidate => candidate.Length <= LongestName)
            .Select(candidate => (candidate, distance: Distance(key, candidate)))
            .Where(pair => pair.distance <= Math.Max(1, Math.Max(key.Length, pair.candidate.Length) / 3) || IsBeginning(key, pair.candidate))
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    private static bool IsBeginning(string one, string other) =>
        Math.Min(one.Length, other.Length) >= 3 &&
        (one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal));

    /// <summary>Edit distance with swapped neighbours as one edit (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var replaced = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replaced, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[a.Length, b.Length];
    }
}
