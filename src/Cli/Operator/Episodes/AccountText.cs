using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Operator.Episodes;

/// <summary>Draws an account: a row a shard, the sum, and every statement that must hold with its numbers.</summary>
public static class AccountText
{
    private const int NameWidth = 6;
    private const int ColumnWidth = 10;

    private static readonly (string Name, Func<ShardReport, long> Shard, Func<EpisodeAccount, long> All)[] Columns =
    [
        ("unissued", shard => shard.Unissued, account => account.Unissued),
        ("leased", shard => shard.Leased, account => account.Leased),
        ("held", shard => shard.Held, account => account.Held),
        ("trained", shard => shard.Trained, account => account.Trained),
        ("issued", shard => shard.Counts.Issued, account => account.Counts.Issued),
        ("accepted", shard => shard.Counts.Accepted, account => account.Counts.Accepted),
        ("refused", shard => shard.Counts.Refused, account => account.Counts.Refused),
        ("fulfilled", shard => shard.Counts.Fulfilled, account => account.Counts.Fulfilled),
        ("expired", shard => shard.Counts.Expired, account => account.Counts.Expired),
        ("returned", shard => shard.Counts.Returned, account => account.Counts.Returned),
        ("forgotten", shard => shard.Counts.Forgotten, account => account.Counts.Forgotten),
    ];

    /// <summary>The lines, none wider than there are columns.</summary>
    /// <param name="account">The account.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IReadOnlyList<ScreenLine> Render(EpisodeAccount account, int width)
    {
        var columns = Columns.Take(Math.Clamp((width - NameWidth) / ColumnWidth, 4, Columns.Length)).ToList();
        List<ScreenLine> lines =
        [
            new ScreenLine().Add(Invariant($"run {account.Run}: {account.TotalEpisodes:#,0} episodes"), Tone.Strong)
                .Add(Invariant($", {Share(account.Trained, account.TotalEpisodes)} trained, {account.Held:#,0} journaled and waiting"))
                .Add(Invariant($", {account.Generated:#,0} generated and not journaled")),
            Row("shard", columns.Select(column => column.Name), Tone.Faint),
            .. account.Shards.Select(shard =>
                Row(Invariant($"{shard.Shard}"), columns.Select(column => Number(column.Shard(shard))), shard.Violations.Count > 0 ? Tone.Bad : Tone.Plain)),
            .. account.Missing.Select(shard => new ScreenLine().Fill(Invariant($"{shard}"), NameWidth, isRight: true).Add("  does not answer", Tone.Bad)),
            Row("all", columns.Select(column => Number(column.All(account))), Tone.Strong),
        ];
        var refused = account.Counts.RefusedFor.Select(reason => Invariant($"{reason.Value:#,0} {reason.Key}")).ToList();
        if (refused.Count > 0) lines.Add(new ScreenLine().Add("refused: ", Tone.Faint).Add(string.Join(", ", refused)));
        lines.Add(new ScreenLine());
        lines.AddRange(account.Invariants.SelectMany(check => Statement(check, width)));
        lines.AddRange(Wrapped.Labelled("", 0, Verdict(account), width, account.IsSound ? Tone.Good : Tone.Bad));
        return [.. lines.Select(line => line.Within(width))];
    }

    /// <summary>Whether the account is in order, in a sentence.</summary>
    public static string Verdict(EpisodeAccount account)
    {
        if (account.IsSound) return "The account is in order: no episode is lost, and none counts twice.";
        var violated = account.Invariants.Count(check => !check.Holds);
        var shards = account.Missing.Count + account.Shards.Count;
        var missing = account.Missing.Count > 0 ? Invariant($"{account.Missing.Count} of {shards} shards do not answer ({string.Join(", ", account.Missing)})") : "";
        return violated == 0 ? $"The account cannot be checked as a whole: {missing}."
            : Invariant($"The account is NOT in order: {violated} of {account.Invariants.Count} statements do not hold.{(missing.Length > 0 ? $" And {missing}." : "")}");
    }

    private static IEnumerable<ScreenLine> Statement(InvariantCheck check, int width)
    {
        var where = check.Shards.Count > 0 ? Invariant($" (shards {string.Join(", ", check.Shards)})") : "";
        var (mark, markTone, tone) = check.Holds ? ("holds  ", Tone.Good, Tone.Plain) : ("WRONG  ", Tone.Bad, Tone.Bad);
        return Wrapped.Lines($"{check.Statement}: {check.Numbers}{where}", Math.Max(20, width - mark.Length))
            .Select((line, i) => new ScreenLine().Add(i == 0 ? mark : new string(' ', mark.Length), markTone).Add(line, tone));
    }

    private static ScreenLine Row(string name, IEnumerable<string> cells, Tone tone)
    {
        var line = new ScreenLine().Fill(name, NameWidth, tone, isRight: true);
        foreach (var cell in cells) line.Add(" ").Fill(cell, ColumnWidth - 1, tone, isRight: true);
        return line;
    }

    private static string Number(long number) => number.ToString(number < 10_000_000 ? "#,0" : "0", CultureInfo.InvariantCulture);

    private static string Share(long part, long all) => (all == 0 ? 0 : Math.Floor(1000.0 * part / all) / 1000).ToString("0.0%", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
