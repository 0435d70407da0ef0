using ActorRlhf.Cli.Operator.Episodes;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Tests.Operator.Episodes;

public sealed class AccountTextTests
{
    internal static EpisodeAccount Account { get; } = new()
    {
        Run = "debian", At = DateTimeOffset.UnixEpoch, TotalEpisodes = 256, Shards = [Shard(0, 59, 5, 0, 64), Shard(1, 118, 3, 7, 0)], Missing = [], Unissued = 177, Leased = 8, Held = 7, Trained = 64,
        Counts = new EpisodeCounts
        {
            Issued = 90, Fulfilled = 71, Expired = 6, Returned = 3, Forgotten = 2, Accepted = 71, Refused = 7, RefusedFor = new Dictionary<string, long> { ["duplicate"] = 5, ["late"] = 2 },
        },
        Generated = 4, IsSound = true,
        Invariants =
        [
            new("issued = fulfilled + expired + returned + forgotten + leased", "90 = 71 + 6 + 3 + 2 + 8", true, []),
            new("accepted + unaccounted = trained + held", "71 + 0 = 64 + 7", true, []),
        ],
    };

    internal static EpisodeAccount Violated { get; } = Account with
    {
        IsSound = false, Missing = [2],
        Invariants = [Account.Invariants[0] with { Holds = false, Shards = [0, 1] }, Account.Invariants[1]],
    };

    [Fact]
    public void At_80_columns_the_account_is_a_table_with_what_must_hold_below() => Assert.Equal(
        """
        run debian: 256 episodes, 25.0% trained, 7 journaled and waiting, 4 generated a…
         shard  unissued    leased      held   trained    issued  accepted   refused
             0        59         5         0        64         1         2         3
             1       118         3         7         0         1         2         3
           all       177         8         7        64        90        71         7
        refused: 5 duplicate, 2 late

        holds  issued = fulfilled + expired + returned + forgotten + leased: 90 = 71 + 6
               + 3 + 2 + 8
        holds  accepted + unaccounted = trained + held: 71 + 0 = 64 + 7
        The account is in order: no episode is lost, and none counts twice.
        """.ReplaceLineEndings("\n"), string.Join('\n', AccountText.Render(Account, 80)));

    [Fact]
    public void A_wide_terminal_has_a_column_for_everything_that_is_counted() =>
        Assert.EndsWith("fulfilled   expired  returned forgotten", AccountText.Render(Account, 130)[1].ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_statement_that_does_not_hold_and_a_shard_that_does_not_answer_stand_out()
    {
        var lines = AccountText.Render(Violated, 120);
        Assert.Contains(lines, line => line.ToString() == "     2  does not answer");
        var wrong = lines.Single(line => line.ToString().StartsWith("WRONG", StringComparison.Ordinal));
        Assert.EndsWith("90 = 71 + 6 + 3 + 2 + 8 (shards 0, 1)", wrong.ToString(), StringComparison.Ordinal);
        Assert.All(wrong.Pieces, piece => Assert.Equal(Tone.Bad, piece.Tone));
        Assert.Equal("The account is NOT in order: 1 of 2 statements do not hold. And 1 of 3 shards do not answer (2).", lines[^1].ToString());
        Assert.Equal("The account cannot be checked as a whole: 1 of 3 shards do not answer (2).", AccountText.Verdict(Account with { IsSound = false, Missing = [2] }));
    }

    [Theory]
    [InlineData(50)]
    [InlineData(80)]
    [InlineData(100)]
    public void No_line_is_wider_than_the_terminal(int width) => Assert.All(AccountText.Render(Violated, width), line => Assert.InRange(line.Width, 0, width));

    private static ShardReport Shard(int number, long unissued, long leased, long held, long trained) => new()
    {
        Shard = number, Version = 1, Episodes = unissued + leased + held + trained, Unissued = unissued, Leased = leased, Held = held, Trained = trained,
        Counts = new EpisodeCounts { Issued = 1, Accepted = 2, Refused = 3 }, WriteMs = 1, Writing = 0,
    };
}
