using System.Runtime.InteropServices;
using System.Threading.Channels;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>
/// <c>rlhf watch</c> on a terminal: the screen is drawn at most twice a second, and when a key was pressed. It is given back as it was, also when the process is
/// stopped (Ctrl-Z) or ended.
/// </summary>
/// <param name="client">Talks to the cluster.</param>
/// <param name="screen">The terminal.</param>
/// <param name="time">The clock.</param>
public sealed class WatchSession(OperatorClient client, ScreenWriter screen, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Event> _events = Channel.CreateUnbounded<Event>();

    /// <summary>Shows the run until the operator quits.</summary>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var resized = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Tell(new Event.Drawn()));
        using var stopped = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGTSTP, StandStill);
        using var goesOn = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Tell(new Event.Drawn()));
        var feed = new WatchFeed(client, time).RunAsync(change => Tell(new Event.Changed(change)), end.Token);
        _ = feed.ContinueWith(
            ended => _events.Writer.TryComplete(ended.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.NotOnCanceled, TaskScheduler.Default);
        if (!Console.IsInputRedirected) new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
        try
        {
            await Show(end.Token).ConfigureAwait(false);
        }
        finally
        {
            screen.Dispose();
            await end.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task Show(CancellationToken stop)
    {
        var state = new WatchState { Now = time.GetUtcNow(), Address = client.Address };
        var drawn = Draw(state);
        while (true)
        {
            await _events.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
            var isUrgent = false;
            while (!isUrgent)
            {
                while (_events.Reader.TryRead(out var happened))
                {
                    isUrgent |= happened is not Event.Changed;
                    (state, var action) = happened switch
                    {
                        Event.Changed changed => (changed.Change(state), null),
                        Event.Pressed pressed => WatchKeys.Press(state, pressed.Key),
                        _ => (state, null),
                    };
                    if (action is WatchAction.Quit) return;
                    if (action is WatchAction.Post post) _ = Post(post, stop);
                }

                var left = Pause - time.GetElapsedTime(drawn);
                if (isUrgent || left <= TimeSpan.Zero) break;
                // Until it is time to draw, or something urgent happens.
                await Task.WhenAny(_events.Reader.WaitToReadAsync(stop).AsTask(), Task.Delay(left, time, stop)).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }

            drawn = Draw(state);
        }
    }

    private long Draw(WatchState state)
    {
        var (width, height) = (Console.WindowWidth, Console.WindowHeight);
        if (width <= 0 || height <= 0) (width, height) = (80, 24);
        screen.Show(WatchScreen.Render(state, width, height), width, height);
        return time.GetTimestamp();
    }

    private async Task Post(WatchAction.Post post, CancellationToken stop)
    {
        string said;
        try
        {
            said = await client.PostAsync(post.Path, stop, post.Query).ConfigureAwait(false);
        }
        catch (UserErrorException e)
        {
            said = e.Message;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Tell(new Event.Changed(state => state with { Said = said }));
    }

    private void ReadKeys()
    {
        while (true) Tell(new Event.Pressed(Console.ReadKey(intercept: true)));
    }

    // Who listens for the signal has to stop the process, too.
    private void StandStill(PosixSignalContext context)
    {
        context.Cancel = true;
        screen.Dispose();
        _ = Kill(Environment.ProcessId, OperatingSystem.IsMacOS() ? 17 : 19); // SIGSTOP
    }

    private void Tell(Event happened) => _events.Writer.TryWrite(happened);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);

    private abstract record Event
    {
        public sealed record Changed(Func<WatchState, WatchState> Change) : Event;

        public sealed record Pressed(ConsoleKeyInfo Key) : Event;

        public sealed record Drawn : Event;
    }
}
