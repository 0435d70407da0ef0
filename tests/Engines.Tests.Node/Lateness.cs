using System.Diagnostics;

namespace ActorRlhf.Engines.Tests.Node;

/// <summary>How long this process waits for a processor: a thread that wants to run 50 times a second, and adds up by how much it was late.</summary>
public sealed class Lateness
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    private long _ticks;

    /// <summary>Begins to count.</summary>
    public Lateness() => new Thread(Run) { IsBackground = true, Name = "lateness" }.Start();

    /// <summary>Now by the machine's monotonic clock, and how long the process has waited since the count began, both in milliseconds.</summary>
    public string Stamp => FormattableString.Invariant($"{Environment.TickCount64} {TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalMilliseconds:F0}");

    private void Run()
    {
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            Thread.Sleep(Period);
            var late = Stopwatch.GetElapsedTime(began) - Period;
            if (late > Period) Interlocked.Add(ref _ticks, late.Ticks);
        }
    }
}
