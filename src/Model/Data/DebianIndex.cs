using System.ComponentModel;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace ActorRlhf.Model.Data;

/// <summary>
/// The package index of a Debian machine: apt's <c>Packages</c> files, which hold each package's source and section, joined with its
/// <c>Translation-en</c> files, which hold the descriptions. Where neither is there, the installed packages.
/// </summary>
public sealed class DebianIndex
{
    private static readonly IReadOnlySet<string> Wanted =
        new HashSet<string> { "Package", "Source", "Section", "Description", "Description-md5", "Description-en", "Status" };

    private readonly IReadOnlyList<string> _packageFiles;
    private readonly IReadOnlyList<string> _translationFiles;

    private DebianIndex(string source, IReadOnlyList<string> packageFiles, IReadOnlyList<string> translationFiles) =>
        (Source, _packageFiles, _translationFiles) = (source, packageFiles, translationFiles);

    /// <summary>Says in words what is read, for reports: which files, and why if it is not the whole index.</summary>
    public string Source { get; }

    /// <summary>
    /// Finds the best index there is: the system's, else our own copy, else (as <see cref="DebianIndexOptions.Refresh"/> allows) one fetched
    /// now into our own folder, else the installed packages.
    /// </summary>
    /// <exception cref="UserErrorException">The machine has no index and no record of installed packages: it is not a Debian system.</exception>
    public static DebianIndex Open(DebianIndexOptions options, CancellationToken cancellation = default)
    {
        var ownLists = Path.Combine(options.OwnFolder, "lists");
        if (options.Refresh != IndexRefresh.Always)
        {
            if (FromLists(options.SystemLists, "the machine's package index") is { } system) return system;
            if (FromLists(ownLists, "our own copy of the package index") is { } own) return own;
        }

        var why = "its refresh was not asked for";
        if (options.Refresh != IndexRefresh.Never)
        {
            why = Refresh(options, cancellation);
            if (FromLists(ownLists, why.Length == 0 ? "the package index, fetched now" : "our own copy of the package index") is { } fetched)
                return fetched;
        }
        if (File.Exists(options.DpkgStatus))
            return new($"the installed packages only ({options.DpkgStatus}): no index with descriptions, and {(why.Length == 0 ? "a refresh brought none" : why)}",
                [options.DpkgStatus], []);
        throw new UserErrorException(
            $"No package descriptions found: no Translation-en files in {options.SystemLists} or {ownLists} ({why}), no {options.DpkgStatus}. " +
            "Run on a Debian system, or run \"apt-get update\" with Acquire::Languages set to en.");
    }

    /// <summary>Streams every package with a description once, the first version met; the order is that of the files, by name.</summary>
    /// <exception cref="UserErrorException">An index file cannot be read.</exception>
    public IEnumerable<DebianPackage> ReadPackages()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var origins = new Dictionary<string, (string Source, string Section)>(StringComparer.Ordinal);
        var shared = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in _packageFiles)
        {
            foreach (var stanza in ReadStanzas(file))
            {
                if (stanza.TryGetValue("Status", out var status) && !status.EndsWith(" installed", StringComparison.Ordinal)) continue;
                if (!stanza.TryGetValue("Package", out var name)) continue;
                var source = stanza.TryGetValue("Source", out var s) ? s.Split(' ', 2)[0] : name;
                var section = Shared(stanza.GetValueOrDefault("Section", ""));
                if (stanza.GetValueOrDefault("Description") is { } description && description.Contains('\n'))
                {
                    if (seen.Add(name)) yield return Package(name, source, section, description);
                }
                else origins.TryAdd(name, (source, section));
            }
        }
        foreach (var file in _translationFiles)
        {
            foreach (var stanza in ReadStanzas(file))
            {
                if (!stanza.TryGetValue("Package", out var name) || !stanza.TryGetValue("Description-en", out var description)) continue;
                if (!origins.TryGetValue(name, out var origin) || !seen.Add(name)) continue;
                yield return Package(name, origin.Source, origin.Section, description);
            }
        }

        string Shared(string text) => shared.TryGetValue(text, out var first) ? first : shared[text] = text;
    }

    private static DebianPackage Package(string name, string source, string section, string description)
    {
        var (synopsis, text) = DebianControl.Unfold(description);
        return new(name, source, section, synopsis, text);
    }

    private static DebianIndex? FromLists(string folder, string words)
    {
        if (!Directory.Exists(folder)) return null;
        var files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).ToList();
        var packages = files.Where(f => IsIndex(f, "_Packages")).ToList();
        var translations = files.Where(f => IsIndex(f, "_Translation-en")).ToList();
        return packages.Count > 0 && translations.Count > 0
            ? new($"{words} ({packages.Count} Packages and {translations.Count} Translation-en files)", packages, translations)
            : null;
    }

    private static bool IsIndex(string path, string suffix)
    {
        var name = Path.GetFileName(path);
        return name.EndsWith(suffix, StringComparison.Ordinal) || name[..^Path.GetExtension(name).Length].EndsWith(suffix, StringComparison.Ordinal)
            && Path.GetExtension(name) is ".lz4" or ".xz" or ".gz" or ".bz2" or ".zst";
    }

    /// <returns>Nothing if all went well, else why not.</returns>
    private static string Refresh(DebianIndexOptions options, CancellationToken cancellation)
    {
        var own = Path.GetFullPath(options.OwnFolder);
        Directory.CreateDirectory(Path.Combine(own, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(own, "cache", "archives", "partial"));
        var configuration = Path.Combine(own, "apt.conf");
        // Hooks are cleared because some systems' clean their own package cache after each update.
        File.WriteAllText(configuration, $"""
            Dir::State "{own}";
            Dir::State::lists "{own}/lists";
            Dir::Cache "{own}/cache";
            Dir::Cache::pkgcache "";
            Dir::Cache::srcpkgcache "";
            #clear Acquire::Languages;
            Acquire::Languages "en";
            APT::Update::Error-Mode "any";
            Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
            #clear APT::Update::Pre-Invoke;
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;

            """);
        try
        {
            using var apt = Start("apt-get", ["-c", configuration, "-q", "update"], redirectError: true);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(options.RefreshTimeout);
            using var kill = limit.Token.Register(() => Kill(apt));
            var output = apt.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = apt.StandardError.ReadToEnd();
            output.Wait(CancellationToken.None);
            apt.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested) return $"its refresh did not end within {options.RefreshTimeout.TotalSeconds:0} s";
            return apt.ExitCode == 0 ? "" : $"its refresh failed ({FirstLine(errors)})";
        }
        catch (Win32Exception e)
        {
            return $"apt-get could not be started ({e.Message})";
        }
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> ReadStanzas(string path)
    {
        using var reader = Reading(() => OpenText(path));
        using var stanzas = DebianControl.ReadStanzas(reader, Wanted).GetEnumerator();
        while (Reading(stanzas.MoveNext)) yield return stanzas.Current;

        T Reading<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or Win32Exception)
            {
                throw new UserErrorException($"{path} cannot be read ({e.Message}); fetch the index anew.", e);
            }
        }
    }

    private static StreamReader OpenText(string path) => Path.GetExtension(path) switch
    {
        ".gz" => new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8),
        ".lz4" or ".xz" or ".bz2" or ".zst" => new(new AptFile(path), Encoding.UTF8),
        _ => new(path, Encoding.UTF8),
    };

    private static Process Start(string program, IEnumerable<string> arguments, bool redirectError)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = redirectError };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        return Process.Start(start)!;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in between.
        }
    }

    private static string FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(l => l.StartsWith("E:", StringComparison.Ordinal))
        ?? "no reason given";

    /// <summary>A file apt compressed, unpacked by apt's own reader, which knows every format apt stores.</summary>
    private sealed class AptFile(string path) : Stream
    {
        private readonly Process _apt = Start("/usr/lib/apt/apt-helper", ["cat-file", path], redirectError: false);
        private bool _ended;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read = _apt.StandardOutput.BaseStream.Read(buffer);
            if (read > 0 || buffer.IsEmpty) return read;
            _apt.WaitForExit();
            _ended = true;
            if (_apt.ExitCode != 0)
                throw new UserErrorException($"{path}: apt-helper could not unpack it (exit status {_apt.ExitCode}). Fetch the index anew.");
            return 0;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                if (!_ended) Kill(_apt);
                _apt.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
