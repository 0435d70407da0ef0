using System.CommandLine;
using System.Runtime.InteropServices;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Tests;

public sealed class CommandLineTests
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    private OperatorConsole Console => new(_output, _error, isTerminal: false);

    [Fact]
    public async Task A_user_error_is_its_message_alone_and_exit_code_1()
    {
        var code = await Run(_ => throw new UserErrorException("hocon/demo.conf: no key \"ppo.epoch\"; did you mean ppo.epochs?"));

        Assert.Equal(1, code);
        Assert.Equal("rlhf: hocon/demo.conf: no key \"ppo.epoch\"; did you mean ppo.epochs?\n", _error.ToString());
    }

    [Fact]
    public async Task Any_other_error_is_one_paragraph_with_the_details_in_a_file()
    {
        var code = await Run(_ => throw new InvalidOperationException("the sky fell\nsecond line"));

        Assert.Equal(1, code);
        var message = _error.ToString();
        Assert.StartsWith("rlhf: internal error: the sky fell (InvalidOperationException).", message, StringComparison.Ordinal);
        Assert.Equal(message.Length - 1, message.IndexOf('\n', StringComparison.Ordinal));
        var path = message.Split(' ').Single(word => word.EndsWith(".txt,", StringComparison.Ordinal)).TrimEnd(',');
        var details = await File.ReadAllTextAsync(path);
        File.Delete(path);
        Assert.Contains("rlhf work --steps 3", details, StringComparison.Ordinal);
        Assert.Contains("second line", details, StringComparison.Ordinal);
        Assert.Contains(nameof(CommandLineTests), details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("work --steps", "--steps")]
    [InlineData("work --steps three", "three")]
    [InlineData("work --stepz 3", "--stepz")]
    [InlineData("wrok", "wrok")]
    public async Task A_wrong_command_line_names_the_word_and_ends_with_exit_code_2(string line, string word)
    {
        var code = await CommandLine.RunAsync(Root(_ => 0), line.Split(' '), Console, interruption: null);

        Assert.Equal(2, code);
        Assert.Contains(word, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--help", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task No_command_at_all_shows_the_help()
    {
        Assert.Equal(0, await CommandLine.RunAsync([], Console));
        Assert.Contains("Usage:", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_cancels_the_run_and_its_number_is_in_the_exit_code()
    {
        using var interruption = Interruption.Listen(Console.Announce);
        var code = await CommandLine.RunAsync(
            Root(stop =>
            {
                Assert.Equal(0, Kill(Environment.ProcessId, signal: 15));
                Assert.True(stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)), "the signal did not cancel the token");
                stop.ThrowIfCancellationRequested();
                return 0;
            }),
            ["work", "--steps", "3"],
            Console,
            interruption);

        Assert.Equal(143, code);
        Assert.Equal("Stopping ...\n", _error.ToString());
    }

    private static RootCommand Root(Func<CancellationToken, int> action)
    {
        var work = new Command("work", "Works.") { new Option<int>("--steps") };
        work.SetAction((_, stop) => Task.FromResult(action(stop)));
        return new RootCommand { work };
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);

    private Task<int> Run(Func<CancellationToken, int> action) =>
        CommandLine.RunAsync(Root(action), ["work", "--steps", "3"], Console, interruption: null);
}
