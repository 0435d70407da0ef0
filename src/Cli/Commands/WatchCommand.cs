using System.CommandLine;
using System.Text.Json;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Operator.Watch;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf watch</c>: a run, live, and keys to steer it.</summary>
/// <param name="console">What it writes to.</param>
public sealed class WatchCommand(OperatorConsole console)
    : OperatorCommand(console, "watch", "Watch a run live, with keys to pause, resume and drain. Without a terminal, or with --json, a line whenever something has changed.")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // without a node that answers

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop)
    {
        if (!Console.IsTerminal || IsJson(result)) return await Lines(client, IsJson(result), stop).ConfigureAwait(false);
        using var screen = new ScreenWriter(Console.Out, Console.Screen.Profile.Capabilities.ColorSystem);
        await new WatchSession(client, screen, TimeProvider.System).RunAsync(stop).ConfigureAwait(false);
        return ExitCode.Success;
    }

    // Until the run is finished, or nobody answers any more.
    private async Task<int> Lines(OperatorClient client, bool isJson, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var (state, written, heard) = (new WatchState { Now = TimeProvider.System.GetUtcNow() }, "", TimeProvider.System.GetTimestamp());
        try
        {
            await new WatchFeed(client, TimeProvider.System).RunAsync(
                change =>
                {
                    state = change(state);
                    if (state.Trouble is null) heard = TimeProvider.System.GetTimestamp();
                    if (WatchText.Key(state) is var key && key != written) Console.WriteLine(isJson ? Json(state) : WatchText.Line(state));
                    written = key;
                    if (state.Status?.Phase is "finished" or "failed" || TimeProvider.System.GetElapsedTime(heard) > Patience) end.Cancel();
                },
                end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // It has ended by itself.
        }

        if (state.Status?.Phase == "finished") return ExitCode.Success;
        throw new UserErrorException(state.Trouble ?? $"training has failed: {state.Status?.Reason}");
    }

    private static string Json(WatchState state) => JsonSerializer.Serialize(
        new
        {
            At = state.Now,
            state.Trouble,
            state.Status,
            EpisodesPerSecond = state.EpisodesPerSecond,
            SecondsLeft = state.TimeLeft?.TotalSeconds,
            Metrics = state.Metrics is [.., var last] ? last : null,
            state.Alarms,
            Nodes = state.Nodes.ToDictionary(node => node.Name, node => node.Status),
        },
        OperationsJson.Options);
}
