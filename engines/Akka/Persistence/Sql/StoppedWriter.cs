using System.ComponentModel;
using System.Diagnostics;

namespace Akka.Persistence.Sql;

/// <summary>
/// Ends a process that was stopped (SIGSTOP, Ctrl-Z) in the middle of a transaction. It holds the file's one write lock for as long as it stands
/// still: nobody could say that it is alive, declare it dead or write anything, until somebody let it go on. A process that runs is never ended.
/// </summary>
internal sealed class StoppedWriter(string file, Action<string> warn)
{
    /// <summary>How long the lock may be held by a process that stands still.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private const int WriteLock = 120; // its place in the shared-memory file: sqlite.org/walformat.html, section 2.3

    private long _looked;

    /// <summary>Ends the process that has the write lock, if it is stopped. Looks a few times a second however often it is called.</summary>
    public void End()
    {
        if (_looked != 0 && Stopwatch.GetElapsedTime(_looked) < TimeSpan.FromMilliseconds(250)) return;
        _looked = Stopwatch.GetTimestamp();
        try
        {
            if (Holder() is not { } holder || State(holder) != 'T') return;
            using var process = Process.GetProcessById(holder);
            process.Kill();
            warn($"Ended process {holder}: it stood still for {Patience.TotalSeconds} s in the middle of a transaction in {file}, "
                + "and nobody else could write");
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException or Win32Exception)
        {
            // It has gone meanwhile, or is somebody else's: the statement fails when its time is over.
        }
    }

    // The file must not be opened to ask for its locks: closing it would give up this process's own. So its number comes from the memory map.
    private int? Holder()
    {
        var map = File.ReadLines("/proc/self/maps").Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(line => line.Length == 6 && line[5] == file + "-shm");
        if (map is null) return null;
        var inode = $"{map[3]}:{map[4]}";
        foreach (var line in File.ReadLines("/proc/locks"))
        {
            // 7: POSIX  ADVISORY  WRITE 4711 fe:01:1234 120 120
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [_, "POSIX", _, "WRITE", var pid, var where, var first, var last] && where == inode
                && int.Parse(first) <= WriteLock && (last == "EOF" || int.Parse(last) >= WriteLock))
                return int.Parse(pid);
        }

        return null;
    }

    // The letter after the program's name, which may itself have brackets in it.
    private static char State(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }
}
