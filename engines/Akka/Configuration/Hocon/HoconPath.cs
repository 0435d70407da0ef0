namespace Akka.Configuration.Hocon;

/// <summary>Dotted paths.</summary>
internal static class HoconPath
{
    /// <summary>The keys of a dotted path; what stands between double quotes is one key, dots and all.</summary>
    /// <exception cref="FormatException">A quote is never closed.</exception>
    public static IEnumerable<string> Split(string path)
    {
        for (var at = 0; at < path.Length;)
        {
            var quoted = path[at] == '"';
            var start = quoted ? at + 1 : at;
            var end = path.IndexOf(quoted ? '"' : '.', start);
            if (end < 0 && quoted)
                throw new FormatException($"The path {path} has a quote that is never closed.");
            if (end < 0)
                end = path.Length;
            yield return path[start..end];
            at = quoted ? end + 2 : end + 1;
        }
    }
}
