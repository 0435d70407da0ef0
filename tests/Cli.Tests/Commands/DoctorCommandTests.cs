using System.Text.Json;
using ActorRlhf.Cli.Commands;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Diagnosis;

namespace ActorRlhf.Cli.Tests.Commands;

public sealed class DoctorCommandTests
{
    private static readonly Finding[] Findings =
    [
        Finding.Ok("dotnet", ".NET 10"),
        Finding.Warning("blas", "the reference BLAS [slow]", "install another"),
        Finding.Ok("matrix-product", "4 GFLOP/s") with { Measured = 4, Unit = "GFLOP/s" },
    ];

    private readonly StringWriter _output = new() { NewLine = "\n" };

    private OperatorConsole Console => new(_output, TextWriter.Null, isTerminal: false);

    [Fact]
    public void Each_finding_is_a_line_with_its_remedy_under_it()
    {
        Assert.Equal(0, DoctorCommand.Write(Console, Findings, isJson: false));
        Assert.Equal(
            """
            ok       dotnet            .NET 10
            warning  blas              the reference BLAS [slow]
                                       -> install another
            ok       matrix-product    4 GFLOP/s

            """,
            _output.ToString());
    }

    [Fact]
    public void As_json_the_worst_state_stands_first_and_measurements_are_numbers()
    {
        Assert.Equal(0, DoctorCommand.Write(Console, Findings, isJson: true));

        var json = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.Equal("warning", json.GetProperty("state").GetString());
        Assert.Equal("install another", json.GetProperty("findings")[1].GetProperty("remedy").GetString());
        Assert.Equal(4, json.GetProperty("findings")[2].GetProperty("measured").GetDouble());
    }

    [Fact]
    public void What_does_not_work_is_exit_code_1() =>
        Assert.Equal(1, DoctorCommand.Write(Console, [.. Findings, Finding.Failed("sqlite", "no library", "build it")], isJson: false));
}
