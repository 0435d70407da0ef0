using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Terminal;

/// <summary>Progress as plain lines, for a pipe or a file: one when a phase begins, one every so often, one when it is done.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="time">The clock.</param>
public sealed class PlainProgress(TextWriter output, TimeProvider time) : IRunProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private RateMeter _meter = new(time);
    private RunProgress? _last;
    private bool _isLastShown = true;
    private long _shownAt;

    /// <inheritdoc/>
    public void Report(RunProgress progress)
    {
        lock (_gate)
        {
            var isNewPhase = progress.Phase != _last?.Phase;
            if (isNewPhase)
            {
                ShowLast();
                _meter = new RateMeter(time);
            }

            _meter.Report(progress.Done);
            _last = progress;
            _isLastShown = false;
            var isDone = progress.Total > 0 && progress.Done >= progress.Total;
            if (isNewPhase || isDone || time.GetElapsedTime(_shownAt) >= Interval)
                ShowLast();
        }
    }

    /// <inheritdoc/>
    public void Note(string line)
    {
        lock (_gate)
            output.WriteLine(line);
    }

    /// <summary>Shows the last report if it has not been.</summary>
    public void Complete()
    {
        lock (_gate)
            ShowLast();
    }

    private void ShowLast()
    {
        if (_last is null || _isLastShown)
            return;
        output.WriteLine($"{_last.Phase}: {ProgressText.Describe(_last, _meter)}");
        _isLastShown = true;
        _shownAt = time.GetTimestamp();
    }
}
