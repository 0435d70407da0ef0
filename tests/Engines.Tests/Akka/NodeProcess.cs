using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace ActorRlhf.Engines.Tests.Akka;

/// <summary>An actor system in a process of its own, which a test may kill or freeze. It does not outlive the test.</summary>
public sealed partial class NodeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private NodeProcess(string scenario, string system, string hocon)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ActorRlhf.Engines.Tests.Node.dll");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, scenario, system, hocon])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                _lines.Writer.TryComplete();
            else
                _lines.Writer.TryWrite(line.Data);
        };
        _process.Start();
        _process.BeginOutputReadLine();
    }

    /// <summary>Everything the node wrote that no test waited for, for an error's text.</summary>
    public List<string> Unclaimed { get; } = [];

    /// <summary>Its address, <c>akka.tcp://system@host:port</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Its port.</summary>
    public int Port => int.Parse(Address[(Address.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>How it ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Its process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a scenario of <c>tests/Engines.Tests.Node</c> and waits until it is up.</summary>
    public static async Task<NodeProcess> StartAsync(string scenario, string system, string hocon)
    {
        var node = new NodeProcess(scenario, system, hocon);
        try
        {
            node.Address = (await node.ExpectAsync("ready "))["ready ".Length..];
            return node;
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a line that begins so; others before it go to <see cref="Unclaimed"/>.</summary>
    public async Task<string> ExpectAsync(string prefix, TimeSpan? within = null)
    {
        using var time = new CancellationTokenSource(within ?? Patience);
        try
        {
            while (true)
            {
                var line = await _lines.Reader.ReadAsync(time.Token);
                if (line.StartsWith(prefix, StringComparison.Ordinal))
                    return line;
                Unclaimed.Add(line);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            var what = e is ChannelClosedException ? "ended without" : $"did not, within {within ?? Patience}, write";
            throw new TimeoutException($"node {Id} {what} a line \"{prefix}…\"; it wrote\n{string.Join('\n', Unclaimed)}", e);
        }
    }

    /// <summary>What it still had to say when it ended.</summary>
    public async Task<List<string>> RestAsync()
    {
        using var time = new CancellationTokenSource(Patience);
        var rest = new List<string>();
        await foreach (var line in _lines.Reader.ReadAllAsync(time.Token))
            rest.Add(line);
        await _process.WaitForExitAsync(time.Token); // its output ends a moment earlier
        return rest;
    }

    /// <summary>Sends a command to the scenario.</summary>
    public void Command(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Ends it in good order and waits for that.</summary>
    public async Task TerminateAsync()
    {
        Command("terminate");
        await ExpectAsync("terminated");
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, and what the process's exit code is then.</summary>
    public async Task<int> AskToEndAsync()
    {
        Signal(15);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>SIGSTOP: it stands still, its sockets stay open.</summary>
    public void Freeze() => Signal(19);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(18);

    /// <summary>SIGTERM: it is asked to end.</summary>
    public void AskToEnd() => Signal(15);

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (Send(_process.Id, signal) != 0)
            throw new InvalidOperationException($"signal {signal} did not reach process {Id}: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
