using System.Diagnostics;
using System.Text.Json;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>Seconds that each step of a run took, added up over its interruptions in a file of the run.</summary>
internal sealed class PhaseClock(string path)
{
    private readonly Dictionary<string, double> _seconds =
        File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(path))! : [];

    /// <summary>Seconds by step.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>Times a step until disposed.</summary>
    public IDisposable Start(string phase) => new Timing(this, phase);

    private void Add(string phase, TimeSpan spent)
    {
        _seconds[phase] = _seconds.GetValueOrDefault(phase) + spent.TotalSeconds;
        AtomicFile.WriteText(path, JsonSerializer.Serialize(_seconds));
    }

    private sealed class Timing(PhaseClock clock, string phase) : IDisposable
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public void Dispose() => clock.Add(phase, Stopwatch.GetElapsedTime(_started));
    }
}
