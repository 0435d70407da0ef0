using System.Globalization;
using ActorRlhf.Model;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// The folder of one run: <c>config.conf</c> (its resolved configuration), <c>metrics.jsonl</c>, <c>checkpoints/</c>, <c>report.html</c> and
/// <c>report.json</c>. One process at a time holds it, and it continues only a run of the same kind with the same configuration.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    /// <summary>The name of <see cref="ConfigPath"/> in the folder.</summary>
    public const string ConfigFile = "config.conf";

    /// <summary>The name of <see cref="MetricsPath"/> in the folder.</summary>
    public const string MetricsFile = "metrics.jsonl";

    /// <summary>The name of <see cref="ReportPath"/> in the folder.</summary>
    public const string ReportFile = "report.html";

    /// <summary>The name of <see cref="ReportDataPath"/> in the folder.</summary>
    public const string ReportDataFile = "report.json";

    private const string LockFile = ".lock";
    private const string HolderFile = ".holder"; // beside the lock, because a locked file cannot be read

    private readonly IDisposable _lock;

    private RunDirectory(string path, IDisposable held, bool isNew)
    {
        Path = path;
        _lock = held;
        IsNew = isNew;
    }

    /// <summary>The folder, as the user gave it.</summary>
    public string Path { get; }

    /// <summary>Whether this run starts here; false when an earlier one is continued.</summary>
    public bool IsNew { get; }

    /// <summary>The resolved configuration, written once.</summary>
    public string ConfigPath => In(ConfigFile);

    /// <summary>The run's figures over time, see <see cref="MetricsLog"/>.</summary>
    public string MetricsPath => In(MetricsFile);

    /// <summary>The folder of checkpoints; it exists.</summary>
    public string CheckpointsPath => In("checkpoints");

    /// <summary>The report page.</summary>
    public string ReportPath => In(ReportFile);

    /// <summary>The report's figures for programs.</summary>
    public string ReportDataPath => In(ReportDataFile);

    /// <summary>Opens a run's folder, new or to continue the run in it, and holds it until disposed.</summary>
    /// <param name="path">The folder; it is created with its parents.</param>
    /// <param name="configuration">What the run is and with which settings.</param>
    /// <exception cref="UserErrorException">
    /// Another process holds the folder, it holds another run, it has files but no run, or it cannot be written.
    /// </exception>
    public static RunDirectory Open(string path, RunConfiguration configuration)
    {
        IDisposable? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = Lock(path);
            var isNew = !File.Exists(System.IO.Path.Combine(path, ConfigFile));
            var run = new RunDirectory(path, held, isNew);
            if (isNew)
            {
                run.RefuseForeignFiles();
                AtomicFile.WriteText(run.ConfigPath, configuration.Text);
            }
            else
            {
                run.RefuseOtherRun(configuration);
            }

            AtomicDirectory.Clean(path);
            Directory.CreateDirectory(run.CheckpointsPath);
            return run;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new UserErrorException($"{path}: cannot be used as a run's folder ({e.Message.TrimEnd('.')}); choose another with --out", e);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>The path of a file of this run.</summary>
    /// <param name="name">Its name, relative to the folder.</param>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Opens the run's metrics to append to them.</summary>
    public MetricsLog OpenMetrics() => MetricsLog.Open(MetricsPath);

    /// <summary>Lets go of the folder; another process may continue the run.</summary>
    public void Dispose() => _lock.Dispose();

    private static IDisposable Lock(string path)
    {
        var held = FileLock.TryTake(System.IO.Path.Combine(path, LockFile))
            ?? throw new UserErrorException($"{path}: in use by {Holder(path)}; wait until it ends (or stop it), or start anew elsewhere with --out");
        File.WriteAllText(System.IO.Path.Combine(path, HolderFile), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return held;
    }

    private static string Holder(string path)
    {
        try
        {
            var text = File.ReadAllText(System.IO.Path.Combine(path, HolderFile));
            return int.TryParse(text, CultureInfo.InvariantCulture, out var process) ? $"process {process}" : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    private void RefuseForeignFiles()
    {
        var foreign = Directory.EnumerateFileSystemEntries(Path)
            .Select(entry => System.IO.Path.GetFileName(entry))
            .Where(name => name is not (LockFile or HolderFile) && !name.StartsWith($".{ConfigFile}.", StringComparison.Ordinal)) // one that was never finished
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (foreign is null)
            return;

        File.Delete(In(HolderFile));
        File.Delete(In(LockFile));
        throw new UserErrorException(
            $"{Path}: has files (such as {foreign}) but no {ConfigFile}, so it is not a run's folder; choose a new or empty one with --out");
    }

    private void RefuseOtherRun(RunConfiguration configuration)
    {
        var there = RunConfiguration.Parse(File.ReadAllText(ConfigPath), ConfigPath);
        if (there.Kind != configuration.Kind)
        {
            throw new UserErrorException(
                $"{Path}: holds a run of another kind ({there.Kind}, not {configuration.Kind}); choose another folder with --out");
        }

        var differences = configuration.DifferencesFrom(there).ToList();
        if (differences.Count == 0)
            return;

        throw new UserErrorException(
            $"{Path}: holds an earlier {there.Kind} run with other settings:\n"
            + string.Join('\n', differences.Select(line => "  " + line))
            + "\nGive it the settings it began with to continue it, or start anew elsewhere with --out.");
    }
}
