using System.Diagnostics;
using System.Runtime.Versioning;
using ActorRlhf.Cli.Commands;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Cli.Tests.Operator;

/// <summary>The script for bash in a real bash, over the real program.</summary>
[SupportedOSPlatform("linux")]
public sealed class CompletionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public CompletionTests()
    {
        foreach (var name in (string[])["learner", "rollout-1", "rollout-2"]) new NodeFile(name, 1, ["rollout"], "http://127.0.0.1:1").Write(NodeFile.PathOf(_folder, name));
        LastRun.Remember(_folder, new(), Path.Combine(_folder, "rlhf", "last-run.json"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("rlhf pau", "pause")]
    [InlineData("rlhf  res", "resume")]
    [InlineData("rlhf drain ", "learner rollout-1 rollout-2")]
    [InlineData("rlhf logs roll", "rollout-1 rollout-2")]
    [InlineData("rlhf pause --node l", "learner")]
    [InlineData("rlhf pause --re", "--reason")]
    [InlineData("rlhf set rlhf.ppo.kl-", "rlhf.ppo.kl-coefficient rlhf.ppo.kl-horizon rlhf.ppo.kl-target")]
    [InlineData("rlhf resume --accept-alarm grad", "gradient-norm")]
    [InlineData("rlhf node --roles le", "learner")]
    [InlineData("rlhf completion ", "bash zsh")]
    [InlineData("rlhf logs -", "--follow --help --lines --node --token-file --trust")]
    [InlineData("rlhf pause ", "--help --json --node --reason --token-file --trust")]
    [InlineData("rlhf sft --config fi", "")] // left to the shell, which knows files
    public async Task A_shell_completes_what_the_program_knows(string line, string expected)
    {
        var said = await Complete("bash", line, $"""
            COMP_LINE={Quoted(line)} COMP_POINT=${"{"}#COMP_LINE{"}"}
            _rlhf rlhf
            echo "${"{"}COMPREPLY[*]{"}"}"
            """);
        Assert.Equal(expected, said);
    }

    [Fact]
    public async Task Only_what_stands_before_the_cursor_counts() => Assert.Equal("pause", await Complete("bash", "rlhf pau --json", """
        COMP_LINE='rlhf pau --json' COMP_POINT=8
        _rlhf rlhf
        echo "${COMPREPLY[*]}"
        """));

    [Fact]
    public async Task Bash_completes_files_where_the_program_knows_nothing()
    {
        var said = await Complete("bash", "", "complete -p rlhf");
        Assert.Equal("complete -o default -F _rlhf rlhf", said);
    }

    [Fact]
    public async Task There_is_a_script_for_each_shell_and_no_other()
    {
        foreach (var shell in CompletionScript.Shells) Assert.Contains("[suggest:", (await Shell.Run("completion", shell)).Output, StringComparison.Ordinal);
        var other = await Shell.Run("completion", "fish");
        Assert.Equal(2, other.Code);
    }

    private async Task<string> Complete(string shell, string line, string check)
    {
        var script = Path.Combine(_folder, $"check.{shell}");
        await File.WriteAllTextAsync(script, $"""
            rlhf() {"{"} dotnet {Quoted(Path.Combine(AppContext.BaseDirectory, "rlhf.dll"))} "$@"; {"}"}
            source <(rlhf completion {shell})
            {check}
            """);
        var start = new ProcessStartInfo(shell) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])["--norc", script]) start.ArgumentList.Add(word);
        start.Environment["XDG_STATE_HOME"] = _folder;
        start.Environment[Home.Variable] = "";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && (await error).Length == 0, $"{line}: {await error}");
        return (await output).TrimEnd('\n');
    }

    private static string Quoted(string text) => $"'{text}'";
}
