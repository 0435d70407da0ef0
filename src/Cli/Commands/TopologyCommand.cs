using System.CommandLine;
using System.Text.Json;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Operator.Topology;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf topology</c>: what runs where, and how it is.</summary>
public sealed class TopologyCommand : OperatorCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Draw it again in place every second; without a terminal, or with --json, write it again." };
    private readonly Option<bool> _dot = new("--dot") { Description = "Write a drawing for Graphviz." };
    private readonly Option<bool> _mermaid = new("--mermaid") { Description = "Write a drawing for Mermaid." };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public TopologyCommand(OperatorConsole console)
        : base(console, "topology", "Show the cluster as a tree: every node and its actors, how busy they are, and what has failed.")
    {
        foreach (var option in new[] { _watch, _dot, _mermaid }) Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(_dot) && result.GetValue(_mermaid)) result.AddError("--dot and --mermaid: give one of them.");
            if (result.GetValue(_watch) && (result.GetValue(_dot) || result.GetValue(_mermaid))) result.AddError("--watch does not go with --dot and --mermaid.");
        });
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop)
    {
        if (result.GetValue(_watch) && Console.IsTerminal && !IsJson(result))
        {
            using var screen = new ScreenWriter(Console.Out, Console.Screen.Profile.Capabilities.ColorSystem);
            await new TopologyWatch(client, screen, TimeProvider.System).RunAsync(stop).ConfigureAwait(false);
            return ExitCode.Success;
        }

        while (true)
        {
            var cluster = await client.GetAsync<ClusterReport>("/api/topology", stop).ConfigureAwait(false);
            if (result.GetValue(_dot)) await Console.Out.WriteAsync(TopologyDrawing.Dot(TopologyFlow.Of(cluster))).ConfigureAwait(false);
            else if (result.GetValue(_mermaid)) await Console.Out.WriteAsync(TopologyDrawing.Mermaid(TopologyFlow.Of(cluster))).ConfigureAwait(false);
            else if (IsJson(result) && result.GetValue(_watch)) Console.WriteLine(JsonSerializer.Serialize(cluster, OperationsJson.Options)); // a line each, for programs
            else if (IsJson(result)) Console.WriteJson(cluster);
            else Console.WriteLines(TopologyTree.Render(cluster, Console.Width));
            if (!result.GetValue(_watch)) return ExitCode.Success;
            await Console.Out.FlushAsync(stop).ConfigureAwait(false);
            await Task.Delay(Pause, stop).ConfigureAwait(false);
        }
    }
}
