namespace ActorRlhf.Model.Storage;

/// <summary>
/// Names of files and directories that are being written: hidden, in the target's directory, and never equal to a finished one's:
/// <c>.step-000123.tmp-4f2a…</c>, and <c>.step-000123.old-4f2a…</c> for a directory on its way out.
/// </summary>
internal static class TemporaryName
{
    public const string Pattern = ".*.tmp-*";
    public const string AsidePattern = ".*.old-*";

    public static string Beside(string path) => Make(path, "tmp");

    public static string Aside(string path) => Make(path, "old");

    /// <summary>The name that a directory put aside had before.</summary>
    public static string Original(string aside)
    {
        var name = Path.GetFileName(aside);
        return Path.Combine(Path.GetDirectoryName(aside)!, name[1..name.LastIndexOf(".old-", StringComparison.Ordinal)]);
    }

    private static string Make(string path, string kind) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{kind}-{Guid.NewGuid():N}");
}
