using System.Diagnostics;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Nodes of a run as processes of this machine: one that dies is started again, after a pause that doubles while it keeps dying. A node ends by itself, with exit code 0, when
/// the run is finished; the others follow.
/// </summary>
/// <param name="start">Starts a node's process, with its standard input and error redirected. It is to leave the cluster at the end of its input.</param>
/// <param name="note">Told of every death and restart.</param>
public sealed class LocalCluster(Func<NodePlace, Process> start, Action<string> note) : IAsyncDisposable
{
    private const int Failed = 1; // the exit code of a node that says itself why it cannot go on
    private const int Interrupted = 130; // left in good order after SIGINT or SIGTERM
    private const int Terminated = 143;
    private const int MostFailures = 3;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30); // one that ran so long begins with the shortest pause again

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Process> _running = [];
    private readonly List<(string Node, int Code, string Said)> _ends = [];
    private readonly List<(NodePlace Place, Task Task)> _nodes = [];
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The longest pause before a node is started again.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nodes may take to finish what they have begun and leave.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Told of every process that has ended and is to be started again, or not: its node's name and its number.</summary>
    public Func<string, int, Task> Ended { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Done when the run is finished. It fails with a <see cref="UserErrorException"/> when a node says again and again that it cannot go on.</summary>
    public Task Finished => _finished.Task;

    /// <summary>The processes that run now, by their nodes' names.</summary>
    public IReadOnlyDictionary<string, int> Processes
    {
        get
        {
            lock (_lock) return _running.Where(node => !node.Value.HasExited).ToDictionary(node => node.Key, node => node.Value.Id);
        }
    }

    /// <summary>How often a node was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Every end of a node's process so far: its name, its exit code (128 and the number of a signal that ended it), its last words.</summary>
    public IReadOnlyList<(string Node, int Code, string Said)> Ends
    {
        get
        {
            lock (_lock) return [.. _ends];
        }
    }

    /// <summary>Adds a node.</summary>
    public void Add(NodePlace place)
    {
        lock (_lock) _nodes.Add((place, Task.Run(() => Keep(place))));
    }

    /// <summary>
    /// Has every node finish what it has begun and leave: rollouts before the scorers that score what they have, these before the shards and the learner. What has not left in time is killed, and
    /// takes none of the time of those after it.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        (NodePlace Place, Task Task)[] nodes;
        lock (_lock) nodes = [.. _nodes];
        foreach (var turn in nodes.GroupBy(node => Turn(node.Place.Roles)).OrderBy(turn => turn.Key))
        {
            ForEach(turn, process => process.StandardInput.Close());
            var left = Task.WhenAll(turn.Select(node => node.Task));
            await Task.WhenAny(left, Task.Delay(Farewell)).ConfigureAwait(false);
            ForEach(turn, process => process.Kill());
            await left.ConfigureAwait(false);
        }

        _stop.Dispose();

        void ForEach(IEnumerable<(NodePlace Place, Task Task)> turn, Action<Process> act)
        {
            lock (_lock)
            {
                foreach (var (place, _) in turn)
                {
                    if (_running.TryGetValue(place.Name, out var process)) act(process);
                }
            }
        }
    }

    private static int Turn(NodeRoles roles) => (roles & (NodeRoles.Learner | NodeRoles.Episodes)) != NodeRoles.None ? 2 : roles.HasFlag(NodeRoles.Scorer) ? 1 : 0;

    private async Task Keep(NodePlace place)
    {
        var (pause, failures) = (ShortestPause, 0);
        while (!_stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var (code, said) = await Run(place).ConfigureAwait(false);
            if (code == 0) _finished.TrySetResult();
            if (code == 0 || _stop.IsCancellationRequested) return;
            if (code is Interrupted or Terminated)
            {
                note($"{place.Name} was told to leave, and has left");
                return;
            }

            var lasted = Stopwatch.GetElapsedTime(started);
            if (lasted >= Healthy) (pause, failures) = (ShortestPause, 0);
            failures = code == Failed ? failures + 1 : 0;
            if (failures == MostFailures)
            {
                _finished.TrySetException(new UserErrorException($"{place.Name}: {said}"));
                return;
            }

            note($"{place.Name} has ended ({Describe(code)}){(said.Length > 0 ? $": {said}" : "")}; it is started again in {pause.TotalSeconds:0.#} s");
            await Task.WhenAny(Task.Delay(pause, _stop.Token)).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
            lock (_lock) Restarts++;
        }
    }

    private async Task<(int Code, string Said)> Run(NodePlace place)
    {
        using var process = start(place);
        lock (_lock)
        {
            _running[place.Name] = process;
            if (_stop.IsCancellationRequested) process.StandardInput.Close();
        }

        var said = "";
        while (await process.StandardError.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0) said = line;
        }

        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _running.Remove(place.Name);
            _ends.Add((place.Name, process.ExitCode, said));
        }

        if (!_stop.IsCancellationRequested) _ = Ended(place.Name, process.Id);
        return (process.ExitCode, said);
    }

    private static string Describe(int code) => code > 128 ? FormattableString.Invariant($"signal {code - 128}") : FormattableString.Invariant($"exit code {code}");
}

/// <summary>A node of a local cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Roles">What it does.</param>
public sealed record NodePlace(string Name, NodeRoles Roles);
