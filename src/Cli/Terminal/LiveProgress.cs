using ActorRlhf.Host.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorRlhf.Cli.Terminal;

/// <summary>Progress as bars that move, a line a phase, for a terminal.</summary>
public sealed class LiveProgress : IRunProgress
{
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly TimeProvider _time;
    private readonly Lock _gate;
    private readonly Dictionary<int, State> _states;
    private RunProgress? _last;
    private ProgressTask? _task;

    private LiveProgress(IAnsiConsole console, ProgressContext context, TimeProvider time, Lock gate, Dictionary<int, State> states)
    {
        _console = console;
        _context = context;
        _time = time;
        _gate = gate;
        _states = states;
    }

    /// <summary>Shows the progress of a run while it goes on, and leaves the finished bars standing.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="time">The clock.</param>
    /// <param name="run">The run; it goes on the calling thread, the bars are drawn from another.</param>
    /// <returns>What the run returned.</returns>
    public static T Show<T>(IAnsiConsole console, TimeProvider time, Func<IRunProgress, T> run)
    {
        var gate = new Lock();
        var states = new Dictionary<int, State>();
        return console.Progress()
            .AutoClear(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = BarWidth(console.Profile.Width), RemainingStyle = new Style(Color.Grey) },
                new StatusColumn(gate, states))
            .Start(context =>
            {
                var progress = new LiveProgress(console, context, time, gate, states);
                var result = run(progress);
                progress.EndPhase();
                return result;
            });
    }

    /// <inheritdoc/>
    public void Report(RunProgress progress)
    {
        lock (_gate)
        {
            if (_task is null || progress.Phase != _last?.Phase)
            {
                EndPhase();
                _task = _context.AddTask(Markup.Escape(progress.Phase), maxValue: Math.Max(progress.Total, 1));
                _task.IsIndeterminate = progress.Total <= 0;
                _states[_task.Id] = new State(progress, new RateMeter(_time));
            }

            var state = _states[_task.Id];
            state.Progress = progress;
            state.Meter.Report(progress.Done);
            _task.MaxValue = Math.Max(progress.Total, 1);
            _task.Value = Math.Min(progress.Done, _task.MaxValue);
            _last = progress;
        }
    }

    /// <inheritdoc/>
    public void Note(string line) => _console.WriteLine(Covering(line, _console));

    /// <summary>A line filled up to the terminal's edge: what is written above moving bars covers the old bars, it does not erase them.</summary>
    internal static string Covering(string line, IAnsiConsole console) => line.PadRight(console.Profile.Width - 1);

    private static int BarWidth(int consoleWidth) => consoleWidth >= 80 ? 20 : 8;

    private void EndPhase()
    {
        if (_task is null)
            return;
        _task.IsIndeterminate = false;
        _task.StopTask();
    }

    private sealed class State(RunProgress progress, RateMeter meter)
    {
        public RunProgress Progress { get; set; } = progress;

        public RateMeter Meter { get; } = meter;
    }

    /// <summary>The words beside the bar, cut to what the terminal has room for.</summary>
    private sealed class StatusColumn(Lock gate, Dictionary<int, State> states) : ProgressColumn
    {
        private const int Gaps = 3; // a space between columns, and the last column of the terminal

        protected override bool NoWrap => true;

        public override int? GetColumnWidth(RenderOptions options)
        {
            lock (gate)
                return StatusWidth(options);
        }

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            lock (gate)
            {
                if (!states.TryGetValue(task.Id, out var state))
                    return Text.Empty;
                var words = ProgressText.Describe(state.Progress, state.Meter);
                var width = StatusWidth(options);
                return new Text(words.Length <= width ? words : string.Concat(words.AsSpan(0, width - 1), "…"));
            }
        }

        private int StatusWidth(RenderOptions options)
        {
            var phase = states.Values.Select(state => state.Progress.Phase.Length).DefaultIfEmpty().Max();
            return Math.Max(10, options.ConsoleSize.Width - phase - BarWidth(options.ConsoleSize.Width) - Gaps);
        }
    }
}
