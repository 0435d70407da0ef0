using System.Runtime.Versioning;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>Gives a process a tenth of the time, in turns too short for others to miss it, until it is disposed.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Throttle : IAsyncDisposable
{
    private const int Continue = 18, Stop = 19;
    private static readonly TimeSpan Halt = TimeSpan.FromMilliseconds(180), Run = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _turns;

    public Throttle(int process) => _turns = Turns(process);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _turns;
        _end.Dispose();
    }

    private async Task Turns(int process)
    {
        try
        {
            while (Child.Kill(process, Stop) == 0)
            {
                await Task.Delay(Halt, _end.Token);
                _ = Child.Kill(process, Continue);
                await Task.Delay(Run, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            _ = Child.Kill(process, Continue);
        }
    }
}
