using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using ActorRlhf.Cli.Commands;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model;

namespace ActorRlhf.Cli;

/// <summary>The <c>rlhf</c> command line: every command, and what becomes of an error.</summary>
public static class CommandLine
{
    /// <summary>Every command, ready to parse.</summary>
    /// <param name="console">What the commands write to.</param>
    /// <param name="input">Standard input; the process's own where null.</param>
    public static RootCommand Build(OperatorConsole console, TextReader? input = null)
    {
        input ??= Console.In;
        var root = new RootCommand(
            "Learning to summarize from human feedback, as an elastic system of actors.\n"
            + "The launcher adds: ./rlhf test (runs the whole suite), ./rlhf build (only builds).")
        {
            new DemoCommand(console),
            new DataCommand(console),
            new TokenizerCommand(console, input),
            new PretrainCommand(console),
            new SftCommand(console),
            new CompareCommand(console),
            new RewardCommand(console),
            new PpoCommand(console),
            new UpCommand(console),
            new NodeCommand(console, input),
            new TopologyCommand(console),
            new EpisodesCommand(console),
            new WhyCommand(console),
            new WatchCommand(console),
            new PauseCommand(console),
            new ResumeCommand(console),
            NodeActionCommand.Drain(console),
            NodeActionCommand.Leave(console),
            new CheckpointCommand(console),
            new SetCommand(console),
            new AuditCommand(console),
            new LogsCommand(console),
            new ChaosCommand(console),
            new SampleCommand(console, input),
            new EvaluateCommand(console),
            new ReportCommand(console),
            new DoctorCommand(console),
            new BenchCommand(console, input),
            new CompletionCommand(console),
        };
        root.SetAction(result => new HelpAction().Invoke(result));
        return root;
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="console">What the commands write to.</param>
    /// <param name="interruption">Ctrl-C, or null where nobody can press it.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(string[] args, OperatorConsole console, Interruption? interruption = null) =>
        RunAsync(Build(console), args, console, interruption);

    /// <summary>Runs a command line on given commands.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="console">What the commands write to.</param>
    /// <param name="interruption">Ctrl-C, or null where nobody can press it.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args, OperatorConsole console, Interruption? interruption)
    {
        var parsed = root.Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // Interruption listens instead: a run may take as long as its checkpoint needs
        };
        try
        {
            if (parsed.Action is ParseErrorAction mistake)
            {
                mistake.ShowHelp = false;
                configuration.Output = console.Error; // where it would put its "did you mean"
                await parsed.InvokeAsync(configuration).ConfigureAwait(false);
                await console.Error.WriteLineAsync($"See: {CommandPath(parsed)} --help").ConfigureAwait(false);
                return ExitCode.Usage;
            }

            var code = await parsed.InvokeAsync(configuration, interruption?.Token ?? CancellationToken.None).ConfigureAwait(false);
            return interruption?.ExitCode ?? code;
        }
        catch (OperationCanceledException) when (interruption?.ExitCode is not null)
        {
            return interruption.ExitCode.Value;
        }
        catch (UserErrorException e)
        {
            await console.Error.WriteLineAsync($"rlhf: {e.Message}").ConfigureAwait(false);
            return ExitCode.Failure;
        }
        catch (PutOutException e)
        {
            await console.Error.WriteLineAsync($"rlhf: {e.Message}").ConfigureAwait(false);
            return ExitCode.TryAgain;
        }
#pragma warning disable CA1031 // the last line of defence: whatever it is, the user gets a sentence and we get the details
        catch (Exception e)
#pragma warning restore CA1031
        {
            await console.Error.WriteLineAsync(InternalError(e, args)).ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }

    private static string CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(result.Command is RootCommand ? "rlhf" : result.Command.Name);
        return string.Join(' ', names);
    }

    private static string InternalError(Exception error, string[] args)
    {
        var summary = $"rlhf: internal error: {error.Message.Split('\n')[0].TrimEnd()} ({error.GetType().Name}). This is a fault in the program, not in your data.";
        try
        {
            var path = Path.Combine(
                Path.GetTempPath(),
                string.Create(CultureInfo.InvariantCulture, $"rlhf-error-{DateTime.UtcNow:yyyyMMdd'T'HHmmss}-{Environment.ProcessId}.txt"));
            File.WriteAllText(
                path,
                $"rlhf {string.Join(' ', args)}\nversion {typeof(CommandLine).Assembly.GetName().Version}, .NET {Environment.Version}, "
                + $"{Environment.OSVersion.VersionString}\n\n{error}\n");
            return $"{summary} Please report it together with {path}, which has the details.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{summary} Please report it together with this:\n{error}";
        }
    }
}
