using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ActorRlhf.Cli.Commands;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>A real <c>rlhf</c> process, with its output in pipes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15); // only against hanging for ever

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private Child(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts one.</summary>
    public static Child Start(params string[] args) => StartIn(Environment.CurrentDirectory, home: "", args);

    /// <summary>Starts one in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="home">Where it is told that the program lives.</param>
    /// <param name="args">The words after the program's name.</param>
    public static Child StartIn(string folder, string home, params string[] args) => StartIn(folder, [new(Home.Variable, home)], args);

    /// <summary>Starts one in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="environment">Added to this process's.</param>
    /// <param name="args">The words after the program's name.</param>
    public static Child StartIn(string folder, IReadOnlyList<KeyValuePair<string, string>> environment, params string[] args)
    {
        // A shell that runs the tests in the background leaves Ctrl-C ignored, and children inherit that.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        foreach (var arg in (string[])["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "rlhf.dll"), .. args])
            start.ArgumentList.Add(arg);
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment[Home.Variable] = "";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new Child(process);
    }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Waits until something is so.</summary>
    public Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    /// <inheritdoc cref="Until(Func{bool})"/>
    public async Task Until(Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.False(_process.HasExited, $"the process ended too early: {(_process.HasExited ? await _error : "")}");
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "the process takes too long");
            await Task.Delay(1);
        }
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int number) => Assert.Equal(0, Kill(_process.Id, number));

    /// <summary>Waits until it has ended.</summary>
    public async Task<Outcome> End()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return new Outcome(_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    /// <summary>Sends a signal to a process.</summary>
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static extern int Kill(int process, int signal);
}
