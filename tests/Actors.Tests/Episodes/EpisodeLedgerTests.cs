using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;

namespace ActorRlhf.Actors.Tests.Episodes;

/// <summary>The books of one episode shard.</summary>
public sealed class EpisodeLedgerTests
{
    private static readonly TimeSpan _start = TimeSpan.Zero;

    [Fact]
    public void What_is_not_for_a_holder_is_passed_over_and_stays_for_others()
    {
        var ledger = new EpisodeLedger(Runs.Settings(200, 64, 1, lag: 1), 0);
        Assert.Equal("70+10≥0", ledger.Lease("slow", 10, _start, from: 70).Show());
        Assert.Equal("0+64≥0 64+2≥0", ledger.Lease("fast", 66, _start).Show());
        Assert.Equal("80+2≥0", ledger.Lease("slow", 2, _start, from: 70).Show());
        Assert.Equal("66+4≥0 82+46≥0", ledger.Lease("fast", 1000, _start).Show());
        Assert.Empty(ledger.Lease("slow", 10, _start, from: 128));
        Assert.Empty(ledger.Violations());
    }

    [Fact]
    public void Leases_are_runs_of_the_shards_own_episodes_in_order()
    {
        var ledger = new EpisodeLedger(Runs.Settings(1000, 300, 3), 0);
        Assert.Equal("0+40≥0", ledger.Lease("a", 40, _start).Show());
        Assert.Equal("40+24≥0 192+6≥0", ledger.Lease("b", 30, _start).Show());
        Assert.Equal(70, ledger.Leased);
    }

    [Fact]
    public void Synchronous_episodes_wait_for_the_policy_that_learns_from_them()
    {
        var ledger = new EpisodeLedger(Runs.Settings(200, 64, 1), 0);
        Assert.Equal("0+64≥0", ledger.Lease("a", 1000, _start).Show());
        Assert.Empty(ledger.Lease("b", 1, _start));
        Assert.Empty(ledger.Accept(Runs.Report(0, 0, 64, 0)));
        Assert.Empty(ledger.Lease("b", 1, _start));
        ledger.Train(1, 2);
        Assert.Equal("64+64≥1", ledger.Lease("b", 1000, _start).Show());
    }

    [Fact]
    public void With_a_lag_episodes_are_leased_as_many_versions_ahead()
    {
        var ledger = new EpisodeLedger(Runs.Settings(200, 64, 1, lag: 2), 0);
        Assert.Equal("0+64≥0 64+64≥0 128+64≥0", ledger.Lease("a", 1000, _start).Show());
        ledger.Accept(Runs.Report(0, 0, 64, 0));
        ledger.Train(1, 2);
        Assert.Equal("192+8≥1", ledger.Lease("a", 1000, _start).Show()); // the run ends at 200
    }

    [Fact]
    public void An_expired_lease_goes_to_somebody_else_and_the_first_result_counts_whoevers_it_is()
    {
        var ledger = new EpisodeLedger(Runs.Settings(64, 64, 1), 0);
        ledger.Lease("slow", 4, _start);
        Assert.Equal("4+4≥0", ledger.Lease("b", 4, _start + Runs.LeaseDuration - TimeSpan.FromTicks(1)).Show());
        Assert.Equal("0+4≥0", ledger.Lease("fast", 4, _start + Runs.LeaseDuration).Show());
        Assert.Empty(ledger.Accept(Runs.Report(0, Runs.Result(0, 0, mark: 1)))); // the slow one's
        Assert.Equal([RefusalReason.Duplicate], ledger.Accept(Runs.Report(0, Runs.Result(0, 0, mark: 2))));
        Assert.Equal((12, 1, 4, 7), (ledger.Counters.Issued, ledger.Counters.Fulfilled, ledger.Counters.Expired, ledger.Leased));
        Assert.Empty(ledger.Violations());
    }

    [Fact]
    public void A_result_that_comes_when_nobody_has_the_lease_counts_too()
    {
        var ledger = new EpisodeLedger(Runs.Settings(64, 64, 1), 0);
        ledger.Lease("slow", 4, _start);
        ledger.Lease("b", 0, _start + Runs.LeaseDuration);
        Assert.Empty(ledger.Accept(Runs.Report(0, Runs.Result(1, 0))));
        Assert.Equal("0+1≥0 2+2≥0", ledger.Lease("b", 3, _start + Runs.LeaseDuration).Show());
        Assert.Empty(ledger.Violations());
    }

    [Fact]
    public void Only_the_holder_can_hand_episodes_back()
    {
        var ledger = new EpisodeLedger(Runs.Settings(64, 64, 1), 0);
        var leases = ledger.Lease("a", 4, _start);
        ledger.Return("b", leases);
        Assert.Equal("4+1≥0", ledger.Lease("c", 1, _start).Show());
        ledger.Return("a", [new Lease { First = -5, Count = int.MaxValue }]); // whatever of it is a's
        Assert.Equal("0+4≥0", ledger.Lease("c", 4, _start).Show());
        Assert.Equal(4, ledger.Counters.Returned);
        Assert.Empty(ledger.Violations());
    }

    [Fact]
    public void Every_refusal_has_its_reason_and_is_counted()
    {
        var ledger = new EpisodeLedger(Runs.Settings(256, 64, 2, lag: 1), 0); // shard 0 has 0-63 and 128-191
        ledger.Accept(Runs.Report(0, 0, 64, 0));
        ledger.Train(2, 2); // batch 1 is shard 1's; the window is batches 2 and 3
        Assert.Empty(ledger.Accept(Runs.Report(0, Runs.Result(128, 1)), 3));
        var malformed = Runs.Result(130, 2);
        malformed.Score = float.NaN;
        Assert.Equal(
            [
                RefusalReason.Late, RefusalReason.Duplicate, RefusalReason.Stale, RefusalReason.Ahead, RefusalReason.Foreign, RefusalReason.Foreign,
                RefusalReason.Foreign, RefusalReason.Malformed, RefusalReason.Duplicate,
            ],
            ledger.Accept(Runs.Report(
                0, Runs.Result(5, 0), Runs.Result(128, 2), Runs.Result(129, 0), Runs.Result(129, 3), Runs.Result(64, 2), Runs.Result(192, 2),
                Runs.Result(256, 2), malformed, Runs.Result(131, 2), Runs.Result(131, 2)), 4));
        Assert.Equal([RefusalReason.Foreign], ledger.Accept(new EpisodesReported { Run = "other", Shard = 0, Episodes = { Runs.Result(140, 2) } }));
        Assert.Equal([RefusalReason.Foreign], ledger.Accept(Runs.Report(1, Runs.Result(140, 2))));
        Assert.Equal([RefusalReason.Busy], ledger.Refuse(Runs.Report(0, Runs.Result(140, 2)), RefusalReason.Busy).Refusals.Select(r => r.Reason));
        Assert.Equal([0, 2, 1, 5, 1, 1, 1, 1], ledger.Counters.Refused);
        Assert.Equal(66, ledger.Counters.Accepted);
        Assert.Empty(ledger.Violations());
    }

    [Fact]
    public void Episodes_beyond_the_window_are_foreign()
    {
        var ledger = new EpisodeLedger(Runs.Settings(256, 64, 1), 0);
        Assert.Equal([RefusalReason.Foreign], ledger.Accept(Runs.Report(0, Runs.Result(64, 0))));
    }

    [Fact]
    public void It_tells_how_far_an_episode_is_and_who_has_it_for_how_long()
    {
        var ledger = new EpisodeLedger(Runs.Settings(200, 64, 1, lag: 1), 0);
        ledger.Lease("a", 4, _start);
        ledger.Accept(Runs.Report(0, Runs.Result(2, 0)));
        var later = _start + TimeSpan.FromMilliseconds(300);
        var leased = ledger.Tell(3, later);
        Assert.Equal((EpisodePhase.Leased, "a", (long)Runs.LeaseDuration.TotalMilliseconds - 300), (leased.Phase, leased.Holder, leased.Milliseconds));
        var held = ledger.Tell(2, later);
        Assert.Equal((EpisodePhase.Held, 2, ""), (held.Phase, held.Result.Episode, held.Holder));
        Assert.Equal(EpisodePhase.Unissued, ledger.Tell(5, later).Phase);
        ledger.Train(1, 2);
        Assert.Equal((EpisodePhase.Trained, null, 1), (ledger.Tell(2, later).Phase, ledger.Tell(2, later).Result, ledger.Tell(2, later).Version));
        Assert.Equal(EpisodePhase.Unissued, ledger.Tell(64, later).Phase);
    }

    [Fact]
    public void Parts_are_offered_when_they_are_complete_and_until_they_are_trained()
    {
        var ledger = new EpisodeLedger(Runs.Settings(300, 150, 2), 0); // batch 0: 0-63 and 128-149
        ledger.Accept(Runs.Report(0, 0, 63, 0), 1);
        Assert.Empty(ledger.Offer(0));
        var (scored, _) = ledger.Accept([Runs.Report(0, 63, 1, 0), Runs.Report(0, 128, 22, 0)]);
        ledger.Apply(scored!, 2);
        Assert.Equal([0, 128], ledger.OfferPartsOf(scored!.Episodes).Select(part => part.Episodes[0].Episode).Order());
        var parts = ledger.Offer(0).ToList();
        Assert.Equal(Enumerable.Range(0, 64).Concat(Enumerable.Range(128, 22)), parts.SelectMany(part => part.Episodes).Select(e => (int)e.Episode));
        Assert.All(parts, part => Assert.Equal((Runs.Name, 0, 0L), (part.Run, part.Shard, part.Batch)));
        Assert.Equal([128], ledger.Offer(0, new HashSet<long> { 0 }).Select(part => part.Episodes[0].Episode));
        ledger.Train(1, 3);
        Assert.Empty(ledger.Offer(0));
        Assert.Equal(0, ledger.Held);
    }

    [Fact]
    public void A_recovered_ledger_has_the_results_and_the_counters_and_forgets_the_leases()
    {
        var settings = Runs.Settings(300, 64, 1, lag: 1);
        var ledger = new EpisodeLedger(settings, 0);
        ledger.Lease("a", 70, _start);
        var (first, _) = ledger.Accept([Runs.Report(0, 0, 64, 0), Runs.Report(0, 3, 1, 0)]);
        ledger.Apply(first!, 1);
        var trained = ledger.Train(1)!;
        ledger.Apply(trained, 2);
        var (second, _) = ledger.Accept([Runs.Report(0, 64, 3, 1)]);
        ledger.Apply(second!, 3);

        var recovered = new EpisodeLedger(settings, 0);
        recovered.Recover(first!, 1);
        recovered.Recover(trained, 2);
        recovered.Recover(second!, 3);
        Assert.Equal((1L, 3, 0), (recovered.Version, recovered.Held, recovered.Leased));
        Assert.Equal(67, recovered.Counters.Accepted);
        Assert.Equal(1, recovered.Counters.Refused[(int)RefusalReason.Duplicate]);
        Assert.Equal((70, 64, 6), (recovered.Counters.Issued, recovered.Counters.Fulfilled, recovered.Counters.Forgotten));
        Assert.Equal("67+61≥0 128+64≥1", recovered.Lease("b", 500, _start).Show());
        Assert.Empty(recovered.Violations());
    }

    [Fact]
    public void What_is_left_of_a_journal_after_the_deletion_of_what_is_trained_is_enough()
    {
        var settings = Runs.Settings(300, 64, 1, lag: 1);
        var ledger = new EpisodeLedger(settings, 0);
        Assert.Empty(ledger.Accept(Runs.Report(0, 0, 64, 0), 1));
        Assert.Equal(0, ledger.SettledThrough);
        Assert.Empty(ledger.Accept(Runs.Report(0, 64, 1, 0), 2));
        ledger.Train(1, 3);
        Assert.Equal(1, ledger.SettledThrough); // event 2 has an untrained episode
        var (rest, _) = ledger.Accept([Runs.Report(0, 65, 63, 1)]);
        ledger.Apply(rest!, 4);
        var trained = ledger.Train(2)!;
        ledger.Apply(trained, 5);
        Assert.Equal(4, ledger.SettledThrough);

        var recovered = new EpisodeLedger(settings, 0);
        recovered.Recover(trained, 5);
        Assert.Equal((2L, 0, 128L), (recovered.Version, recovered.Held, recovered.Counters.Accepted));
        Assert.Empty(recovered.Violations());
        Assert.Equal("128+64≥1", recovered.Lease("a", 64, _start).Show());
    }

    [Fact]
    public void Episodes_trained_on_that_the_journal_does_not_have_are_a_violation()
    {
        var ledger = new EpisodeLedger(Runs.Settings(300, 64, 1), 0);
        ledger.Accept(Runs.Report(0, 0, 60, 0));
        ledger.Train(1, 2);
        Assert.Contains("4 episodes were trained on", Assert.Single(ledger.Violations()));
    }

    [Fact]
    public void Training_never_goes_back_or_beyond_the_end()
    {
        var ledger = new EpisodeLedger(Runs.Settings(64, 64, 1), 0);
        ledger.Accept(Runs.Report(0, 0, 64, 0));
        Assert.Equal(1, ledger.Train(99)!.Version);
        ledger.Train(99, 2);
        Assert.Null(ledger.Train(0));
        Assert.Empty(ledger.Lease("a", 10, _start));
    }

    [Fact]
    public void A_journal_of_another_shape_is_the_users_error()
    {
        var (scored, _) = new EpisodeLedger(Runs.Settings(300, 64, 1), 0).Accept([Runs.Report(0, 0, 1, 0)]);
        Assert.Throws<UserErrorException>(() => new EpisodeLedger(Runs.Settings(300, 32, 1), 0).Recover(scored!, 1));
    }
}
