using System.Runtime.InteropServices;

namespace ActorRlhf.Cli.Terminal;

/// <summary>
/// Turns the first Ctrl-C (or SIGTERM) into a cancelled token, so that a run writes its checkpoint and stops cleanly. The second one is left to the
/// system, which ends the process at once.
/// </summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly Action<string> _announce;
    private int _signal;

    private Interruption(Action<string> announce)
    {
        _announce = announce;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, 2)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, 15)),
        ];
    }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that tells of the signal: 130 for Ctrl-C, 143 for SIGTERM; null when none came.</summary>
    public int? ExitCode => _signal == 0 ? null : Cli.ExitCode.SignalBase + _signal;

    /// <summary>Begins to listen, until disposed.</summary>
    /// <param name="announce">Shows a line: the first signal is acknowledged, since stopping may take a moment.</param>
    public static Interruption Listen(Action<string> announce) => new(announce);

    /// <summary>Leaves the signals to the system again.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context, int signal)
    {
        if (Interlocked.CompareExchange(ref _signal, signal, 0) != 0)
            return;

        context.Cancel = true;
        _announce(signal == 2 ? "Stopping (Ctrl-C again ends it at once) ..." : "Stopping ...");
        _source.Cancel();
    }
}
