using System.Diagnostics;
using System.Reflection;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Operations;

/// <summary>What a node says of itself: its process and its actors.</summary>
/// <param name="self">Who it is, as the membership should have it.</param>
/// <param name="directory">Who is in the cluster.</param>
/// <param name="actors">Its actors.</param>
/// <param name="troubles">Its last warnings and errors.</param>
internal sealed class NodeObserver(KnownNode self, NodeDirectory directory, ActorObserver actors, Func<IReadOnlyList<string>> troubles)
{
    private static readonly string Program =
        typeof(NodeObserver).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private readonly Lock _lock = new();
    private (TimeSpan Used, long At)? _processor;

    /// <summary>The report.</summary>
    public async Task<NodeReport> ReportAsync()
    {
        var reports = await actors.ReportAsync().ConfigureAwait(false);
        return Of(directory.Find(self.Name) is { GoneSince: null } known ? known : self) with
        {
            AnsweredAt = DateTimeOffset.UtcNow,
            Misses = [.. directory.Nodes.Where(node => node.Status == NodeReport.Unreachable).Select(node => node.Name)],
            Pid = Environment.ProcessId,
            RssBytes = Environment.WorkingSet,
            Processors = Environment.ProcessorCount,
            ProcessorsBusy = Busy(Environment.CpuUsage.TotalTime),
            Threads = CountThreads(),
            Version = Program,
            Actors = reports,
            Troubles = troubles(),
        };
    }

    /// <summary>What the membership knows of a node.</summary>
    public static NodeReport Of(KnownNode node) => new()
    {
        Name = node.Name,
        Address = node.Http,
        Member = node.Member.ToString(),
        Roles = node.Roles,
        UpSince = node.Started,
        Status = node.Status,
        Membership = node.Status,
        GoneSince = node.GoneSince,
    };

    // A process's own list of its threads reads a file of each.
    private static int CountThreads()
    {
        if (OperatingSystem.IsLinux()) return Directory.EnumerateDirectories("/proc/self/task").Count();
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    // From one report to the next.
    private double? Busy(TimeSpan used)
    {
        lock (_lock)
        {
            var before = _processor;
            _processor = (used, Stopwatch.GetTimestamp());
            return before is { } then ? Math.Round((used - then.Used) / Stopwatch.GetElapsedTime(then.At), 3) : null;
        }
    }
}
