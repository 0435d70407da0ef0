using System.Threading.Channels;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Operator.Topology;

/// <summary><c>rlhf topology --watch</c>: the tree, drawn again in place every second. Keys scroll and quit.</summary>
/// <param name="client">Talks to the cluster.</param>
/// <param name="screen">The terminal.</param>
/// <param name="time">The clock.</param>
public sealed class TopologyWatch(OperatorClient client, ScreenWriter screen, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateUnbounded<ConsoleKeyInfo>();

    /// <summary>Shows the tree until the operator quits.</summary>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!Console.IsInputRedirected) new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
        var (first, cluster, trouble) = (0, (ClusterReport?)null, "asking ...");
        var next = Ask();
        var key = _keys.Reader.ReadAsync(stop).AsTask();
        while (true)
        {
            var (width, height) = (Math.Max(20, Console.WindowWidth), Math.Max(4, Console.WindowHeight));
            var lines = cluster is null ? [] : TopologyTree.Render(cluster, width);
            first = Math.Clamp(first, 0, Math.Max(0, lines.Count - (height - 1)));
            screen.Show(Page(lines, first, width, height, trouble), width, height);
            await Task.WhenAny(next, key).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            if (key.IsCompletedSuccessfully)
            {
                if (Step(key.Result, height - 2) is not { } step) return;
                first = step == int.MinValue ? 0 : step == int.MaxValue ? lines.Count : first + step;
                key = _keys.Reader.ReadAsync(stop).AsTask();
            }

            if (next.IsCompleted)
            {
                (cluster, trouble) = await next.ConfigureAwait(false) is var (report, said) && report is not null ? (report, "") : (cluster, said);
                next = Again();
            }
        }

        async Task<(ClusterReport? Report, string Said)> Again()
        {
            await Task.Delay(Pause, time, stop).ConfigureAwait(false);
            return await Ask().ConfigureAwait(false);
        }

        async Task<(ClusterReport? Report, string Said)> Ask()
        {
            try
            {
                return (await client.GetAsync<ClusterReport>("/api/topology", stop).ConfigureAwait(false), "");
            }
            catch (UserErrorException e)
            {
                return (null, e.Message);
            }
        }
    }

    /// <summary>The part of the tree that the terminal has room for, and a line that says what else there is.</summary>
    /// <param name="lines">The tree.</param>
    /// <param name="first">The first line shown.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">Rows of the terminal.</param>
    /// <param name="trouble">Why the tree is not what it is now; empty where it is.</param>
    public static IReadOnlyList<ScreenLine> Page(IReadOnlyList<ScreenLine> lines, int first, int width, int height, string trouble)
    {
        var room = height - 1;
        List<ScreenLine> page = [.. lines.Skip(first).Take(room)];
        while (page.Count < room) page.Add(new ScreenLine());
        var foot = new ScreenLine().Add("q", Tone.Key).Add(" quit", Tone.Faint);
        var last = Math.Min(lines.Count, first + room);
        if (lines.Count > room) foot.Add("  ↑↓", Tone.Key).Add(FormattableString.Invariant($" scroll: lines {first + 1} to {last} of {lines.Count}"), Tone.Faint);
        if (trouble.Length > 0) foot.Add($"  {trouble}", Tone.Bad);
        page.Add(foot.Within(width));
        return page;
    }

    /// <summary>How far a key scrolls; null for one that ends it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="page">Lines of a page.</param>
    public static int? Step(ConsoleKeyInfo key, int page) => key switch
    {
        { Key: ConsoleKey.Q or ConsoleKey.Escape } => null,
        { Key: ConsoleKey.DownArrow or ConsoleKey.J } => 1,
        { Key: ConsoleKey.UpArrow or ConsoleKey.K } => -1,
        { Key: ConsoleKey.PageDown or ConsoleKey.Spacebar } => page,
        { Key: ConsoleKey.PageUp } => -page,
        { Key: ConsoleKey.Home } => int.MinValue,
        { Key: ConsoleKey.End } => int.MaxValue,
        _ => 0,
    };

    private void ReadKeys()
    {
        while (true) _keys.Writer.TryWrite(Console.ReadKey(intercept: true));
    }
}
