using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Chaos;

namespace ActorRlhf.Cli.Commands;

/// <summary>A chaos run's result for people.</summary>
/// <param name="console">What it is written to.</param>
internal sealed class ChaosTable(OperatorConsole console)
{
    /// <summary>Writes it.</summary>
    public void Write(ChaosResult result)
    {
        var account = result.Account;
        List<string[]> rows =
        [
            ["episodes trained exactly once", Text($"{account.Trained - account.Duplicated:N0}"), Text($"of {result.Episodes:N0}")],
            ["results journaled by shards, all trained bit for bit", Text($"{account.Journaled:N0}"), ""],
            ["responses generated", Text($"{account.Generated:N0}"), ""],
            ["= trained", Text($"{account.Trained:N0}"), ""],
            .. account.Refused.Select(refused => new[] { Text($"+ refused as {refused.Key}"), Text($"{refused.Value:N0}"), "" }),
            ["+ in flight at a kill", Text($"{account.InFlight:N0}"), ""],
            ["weights equal to a replay's, every bit", result.WeightsEqual ? "yes" : "NO", Text($"replayed in {result.ReplaySeconds:0.0} s")],
            ["strikes", Text($"{result.Strikes.Count}"), string.Join(", ", Enum.GetValues<StrikeKind>().Select(kind => Text($"{result.Strikes.Count(strike => strike.Kind == kind)} {Name(kind)}")))],
            ["of them on the learner", Text($"{result.Strikes.Count(strike => strike.Learner)}"), ""],
            ["processes put out after a freeze", Text($"{result.PutOut}"), Text($"{result.Restarts} started again in all")],
            ["seconds", Text($"{result.Seconds:0}"), Text($"longest without a batch: {string.Join(", ", result.LongestPauses.Take(3).Select(pause => Text($"{pause:0.0}")))} s")],
        ];
        console.WriteTable(["", "", ""], rows);
        foreach (var finding in result.Findings) console.WriteLine($"WRONG: {finding}");
        console.WriteLine(result.Passed
            ? Text($"seed {result.Seed}: all of it adds up")
            : Text($"seed {result.Seed}: {result.Findings.Count} things are wrong; {result.Folder} has journal, logs and records"));
    }

    private static string Name(StrikeKind kind) => kind switch
    {
        StrikeKind.Kill => "killed",
        StrikeKind.Freeze => "frozen",
        _ => "all at once",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
