using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Chaos;

/// <summary>Strikes the processes of a cluster, and wakes those that it has frozen when their time is over.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="nodes">Its nodes' names.</param>
/// <param name="schedule">Who is struck how.</param>
internal sealed class Striker(LocalCluster cluster, IReadOnlyList<string> nodes, StrikeSchedule schedule)
{
    private readonly Dictionary<int, TimeSpan> _frozen = []; // by process, until when
    private Strike? _next;

    /// <summary>Strikes once.</summary>
    /// <param name="now">The time.</param>
    /// <returns>Who was struck how; null where nobody is there to be struck, so that it is to be tried again.</returns>
    public (StrikeKind Kind, string Node, TimeSpan Duration)? Strike(TimeSpan now)
    {
        var strike = _next ??= schedule.Next();
        var processes = cluster.Processes;
        if (strike.Kind == StrikeKind.PowerCut)
        {
            if (processes.Count == 0) return null;
            foreach (var process in processes.Values) Signal.Send(process, Signal.Kill);
            _next = null;
            return (strike.Kind, "all", TimeSpan.Zero);
        }

        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[(strike.Node + i) % nodes.Count];
            if (!processes.TryGetValue(node, out var process) || (strike.Kind == StrikeKind.Freeze && _frozen.ContainsKey(process))) continue;
            if (!Signal.Send(process, strike.Kind == StrikeKind.Freeze ? Signal.Stop : Signal.Kill)) continue;
            if (strike.Kind == StrikeKind.Freeze) _frozen[process] = now + strike.Duration;
            _next = null;
            return (strike.Kind, node, strike.Duration);
        }

        return null;
    }

    /// <summary>Wakes those whose time is over.</summary>
    public void Wake(TimeSpan now)
    {
        foreach (var process in _frozen.Where(frozen => frozen.Value <= now).Select(frozen => frozen.Key).ToList()) Wake(process);
    }

    /// <summary>Wakes all.</summary>
    public void WakeAll() => Wake(TimeSpan.MaxValue);

    // One that was killed meanwhile is not there any more, and its number may be somebody else's.
    private void Wake(int process)
    {
        _frozen.Remove(process);
        if (cluster.Processes.Values.Contains(process)) Signal.Send(process, Signal.Continue);
    }
}
