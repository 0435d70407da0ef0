using System.Diagnostics;
using System.Runtime.Versioning;

namespace ActorRlhf.Cli.Tests;

/// <summary>The launcher script in a small tree of its own, with a <c>dotnet</c>, <c>dpkg-query</c> and <c>apt-get</c> that only note their calls.</summary>
[SupportedOSPlatform("linux")]
public sealed class LauncherTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public LauncherTests()
    {
        File.Copy(Launcher(), In("rlhf"));
        Write("engines/Engines.props", "<AkkaVersion>1.2.3</AkkaVersion>\n<TorchSharpVersion>4.5.6</TorchSharpVersion>\n");
        Write("src/Cli/Program.cs", "");
        Write("src/Cli/Other.cs", "");
        Write("tests/Some.cs", "");
        Write("home/.keep", "");
        Fake(
            "dotnet",
            """
            echo "dotnet $*" >> "$ROOT/calls"
            case $1 in
                --list-sdks) cat "$ROOT/sdks" ;;
                restore) cp probe.csproj "$ROOT/probe"; [[ -e $ROOT/feed ]] ;;
                build) [[ ! -e $ROOT/broken ]] || { echo "Program.cs(1,1): error CS1002: ; expected"; exit 1; }
                    mkdir -p "$ROOT/artifacts/$RlhfEngines/bin/ActorRlhf.Cli/release"
                    touch "$ROOT/artifacts/$RlhfEngines/bin/ActorRlhf.Cli/release/rlhf.dll" ;;
                test) cat "$ROOT/results"; [[ ! -e $ROOT/failing ]] ;;
                *) echo "${*:2}"; env | grep -E '^(OMP|GOMP|LD_LIB|Rlhf|RLHF)' > "$ROOT/environment" ;;
            esac
            """);
        Fake("dpkg-query", """[[ -e $ROOT/bare && ${*: -1} == libtorch-dev ]] || printf installed""");
        Fake("apt-get", """echo "apt-get $*" >> "$ROOT/calls" """);
        Fake("id", """cat "$ROOT/user" """);
        Fake("nproc", "echo 7");
        Write("sdks", "8.0.100 [/dotnet/sdk]\n10.0.100 [/dotnet/sdk]\n");
        Write("user", "0\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_first_start_looks_for_the_published_packages_and_builds_and_the_second_does_neither()
    {
        var first = Run("sample", "--text", "two words");
        Assert.Equal((0, "sample --text two words\n"), (first.Code, first.Output));
        Assert.Contains("engines: embedded", first.Error, StringComparison.Ordinal);
        Assert.Equal(["--list-sdks", "build", "exec", "restore"], Kinds().Order());
        var probe = File.ReadAllText(In("probe"));
        Assert.Contains("\"Akka\" Version=\"[1.2.3]\"", probe, StringComparison.Ordinal);
        Assert.Contains("\"TorchSharp-cpu\" Version=\"[4.5.6]\"", probe, StringComparison.Ordinal);

        File.Delete(In("calls"));
        var second = Run("sample");
        Assert.Equal("", second.Error);
        Assert.Equal(["exec"], Kinds());
    }

    [Fact]
    public void A_feed_that_has_the_published_packages_is_taken_and_needs_no_debian_package()
    {
        Write("feed", "");
        Write("bare", "");

        var run = Run("sample");

        Assert.Equal(0, run.Code);
        Assert.Contains("engines: published", run.Error, StringComparison.Ordinal);
        Assert.Contains("RlhfEngines=published", Environment(), StringComparison.Ordinal);
        Assert.DoesNotContain(Kinds(), kind => kind.StartsWith("apt-get", StringComparison.Ordinal));
    }

    [Fact]
    public void An_edited_or_deleted_source_is_built_again()
    {
        Run("sample");
        Age();
        Assert.DoesNotContain("build", KindsOf("sample"));

        Write("src/Cli/Program.cs", "edited");
        Assert.Contains("build", KindsOf("sample"));

        Age();
        File.Delete(In("src/Cli/Other.cs"));
        Assert.Contains("build", KindsOf("sample"));
        Assert.DoesNotContain("build", KindsOf("sample"));
    }

    [Fact]
    public void A_failed_build_shows_its_errors_and_is_tried_again()
    {
        Write("broken", "");
        var failed = Run("sample");
        Assert.Equal((1, ""), (failed.Code, failed.Output));
        Assert.Contains("error CS1002", failed.Error, StringComparison.Ordinal);

        File.Delete(In("broken"));
        Assert.Equal(0, Run("sample").Code);
    }

    [Fact]
    public void Root_gets_what_is_missing_installed()
    {
        Write("bare", "");
        Run("sample");

        Assert.Contains("apt-get update", Calls());
        Assert.Contains("apt-get install -y --no-install-recommends libtorch-dev", Calls());
    }

    [Fact]
    public void Others_are_told_the_one_command()
    {
        Write("bare", "");
        Write("user", "1000\n");
        var run = Run("sample");

        Assert.Equal(1, run.Code);
        Assert.EndsWith("run: sudo apt-get install --no-install-recommends libtorch-dev\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls(), call => call.StartsWith("apt-get", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_sdk_than_ten_is_refused_with_what_there_is()
    {
        Write("sdks", "8.0.100 [/dotnet/sdk]\n");
        var run = Run("sample");

        Assert.Equal(1, run.Code);
        Assert.Contains("the .NET 10 SDK is missing (this dotnet has: 8.0.100", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_user_s_own_settings_are_respected_and_the_rest_has_defaults()
    {
        Run("sample");
        Assert.Contains("OMP_NUM_THREADS=7\n", Environment(), StringComparison.Ordinal);
        Assert.Contains("GOMP_SPINCOUNT=10000\n", Environment(), StringComparison.Ordinal);
        Assert.Contains($"RLHF_HOME={_root}\n", Environment(), StringComparison.Ordinal);

        Run([("OMP_NUM_THREADS", "3"), ("GOMP_SPINCOUNT", "5"), ("LD_LIBRARY_PATH", "/mine")], "sample");
        Assert.Contains("OMP_NUM_THREADS=3\n", Environment(), StringComparison.Ordinal);
        Assert.Contains("GOMP_SPINCOUNT=5\n", Environment(), StringComparison.Ordinal);
        Assert.Matches("LD_LIBRARY_PATH=(/usr/lib/.*/openblas-openmp:)?/mine\n", Environment());
    }

    [Fact]
    public void An_engine_nobody_knows_is_refused()
    {
        var run = Run([("RlhfEngines", "other")], "sample");

        Assert.Equal(1, run.Code);
        Assert.Contains("RlhfEngines is \"other\"", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Passed!  - Failed:     0, Passed:    34, Skipped:     0, Total:    34, Duration: 1 s - A.dll (net10.0)\n"
        + "Passed!  - Failed:     0, Passed:     5, Skipped:     0, Total:     5, Duration: 1 s - B.dll (net10.0)\n", false, "39 passed, 0 failed", 0)]
    [InlineData("Failed!  - Failed:     2, Passed:    34, Skipped:     1, Total:    37, Duration: 1 s - A.dll (net10.0)\n"
        + "Passed!  - Failed:     0, Passed:     5, Skipped:     0, Total:     5, Duration: 1 s - B.dll (net10.0)\n", true, "39 passed, 2 failed, 1 skipped", 1)]
    [InlineData("Passed!  - Failed:     0, Passed:    34, Skipped:     0, Total:    34, Duration: 1 s - A.dll (net10.0)\nThe test host crashed.\n", true, "34 passed, 0 failed", 1)]
    [InlineData("No test matches the given testcase filter.\n", false, "0 passed, 0 failed", 1)]
    public void The_suite_ends_with_its_sum_over_the_projects(string results, bool isFailing, string line, int code)
    {
        Write("results", results);
        if (isFailing)
            Write("failing", "");

        var run = Run("test", "--filter", "Name~x");

        Assert.Equal(code, run.Code);
        Assert.Equal(line, run.Output.TrimEnd('\n').Split('\n')[^1]);
        Assert.Contains(Calls(), call => call.Contains("test", StringComparison.Ordinal) && call.EndsWith("--filter Name~x", StringComparison.Ordinal));
    }

    [Fact]
    public void Building_everything_builds_the_program_too()
    {
        Assert.Equal(0, Run("build", "-warnaserror").Code);
        Assert.Contains(Calls(), call => call.StartsWith("dotnet build", StringComparison.Ordinal) && call.EndsWith("-warnaserror", StringComparison.Ordinal));
        Assert.Equal(["exec"], KindsOf("sample"));
    }

    private static string Launcher()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorRlhf.sln")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "rlhf");
    }

    private string In(string name) => Path.Combine(_root, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), text);
    }

    private void Fake(string name, string script)
    {
        Write($"bin/{name}", "#!/usr/bin/env bash\n" + script + "\n");
        File.SetUnixFileMode(In($"bin/{name}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Makes every source older than the last build, however coarse the file system's clock.</summary>
    private void Age()
    {
        var past = DateTime.UtcNow.AddHours(-1);
        foreach (var entry in Directory.EnumerateFileSystemEntries(In("src"), "*", SearchOption.AllDirectories).Append(In("src")))
            File.SetLastWriteTimeUtc(entry, past);
    }

    private (int Code, string Output, string Error) Run(params string[] arguments) => Run([], arguments);

    private (int Code, string Output, string Error) Run((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [In("rlhf"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _root,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = $"{In("bin")}:/usr/bin:/bin";
        start.Environment["HOME"] = In("home");
        start.Environment["ROOT"] = _root;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string[] Calls() => File.Exists(In("calls")) ? File.ReadAllLines(In("calls")) : [];

    private IReadOnlyList<string> Kinds() =>
        [.. Calls().Select(call => call.Split(' ')).Select(words => words[0] != "dotnet" ? string.Join(' ', words) : words[1].EndsWith("rlhf.dll", StringComparison.Ordinal) ? "exec" : words[1])];

    private IReadOnlyList<string> KindsOf(params string[] arguments)
    {
        File.Delete(In("calls"));
        Run(arguments);
        return Kinds();
    }

    private string Environment() => File.ReadAllText(In("environment"));
}
