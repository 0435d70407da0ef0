using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorRlhf.Actors.Tests.Episodes;

/// <summary>A shard on a journal.</summary>
public sealed class EpisodeShardTests
{
    [Fact]
    public async Task A_result_is_on_the_disk_when_it_is_acknowledged()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(256, 128, 1));
        shard.Tell(new LeaseRequest { Run = Runs.Name, Shard = 0, Holder = "a", Count = 3 }, kit.TestActor);
        var leased = kit.ExpectMsg<Leased>(RunDatabase.Patience);
        Assert.Equal("0+3≥0", leased.Leases.Show());
        Assert.Equal((60_000, 0), (leased.Milliseconds, leased.Version));
        Report(kit, shard, 7, Runs.Result(0, 0), Runs.Result(1, 0));
        Assert.Equal((7, 2), Answer(kit));
        Assert.Equal(["es.scored.1"], database.Query<string>("SELECT manifest FROM journal"));

        (kit, shard) = await Start(database, Runs.Settings(256, 128, 1));
        Report(kit, shard, 8, Runs.Result(1, 0, mark: 5), Runs.Result(2, 0));
        var answer = kit.ExpectMsg<ReportAnswered>(RunDatabase.Patience);
        Assert.Equal((8, 1), (answer.Report, answer.Accepted));
        Assert.Equal([new Refusal { Episode = 1, Reason = RefusalReason.Duplicate }], answer.Refusals);
        var status = await Status(shard);
        Assert.Equal((3, 3, 1), (status.Held, status.Counters.Accepted, status.Counters.Forgotten + status.Counters.Fulfilled - 2));
        Assert.Empty(status.Violations);
    }

    [Fact]
    public async Task What_arrives_while_an_event_is_written_goes_into_the_next_one_together()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(640, 640, 1));
        for (var i = 0; i < 640; i++) Report(kit, shard, i, Runs.Result(i, 0));
        for (var i = 0; i < 640; i++) Assert.Equal((i, 1), Answer(kit));
        Assert.InRange(database.Query<long>("SELECT count(*) FROM journal")[0], 1, 320);
    }

    [Fact]
    public async Task What_it_receives_how_long_it_writes_and_what_it_knows_of_an_episode_are_told()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(256, 128, 1));
        Report(kit, shard, 1, Runs.Result(3, 0));
        Assert.Equal((1, 1), Answer(kit));
        var status = await Status(shard);
        Assert.InRange(status.WriteMilliseconds, 0.001, RunDatabase.Patience.TotalMilliseconds);
        Assert.InRange(status.Writing, 0, 1);
        var told = await shard.Ask<EpisodeAnswer>(new EpisodeRequest { Run = Runs.Name, Shard = 0, Episode = 3 }, RunDatabase.Patience);
        Assert.Equal((EpisodePhase.Held, 3, 3), (told.Phase, told.Episode, told.Result.Episode));
        var gauge = Assert.Single(ActorGauges.Of(kit.Sys).All);
        Assert.Equal((ActorState.Running, nameof(EpisodeShard), 0, 0), (gauge.State, gauge.Type, gauge.Mailbox, gauge.Restarts));
        Assert.InRange(gauge.Messages, 3, 100); // these three, and what the journal says to it
    }

    [Fact]
    public async Task Leases_expire_by_the_clock()
    {
        await using var database = new RunDatabase();
        var clock = new HandClock();
        var (kit, shard) = await Start(database, Runs.Settings(64, 64, 1), clock);
        var all = new LeaseRequest { Run = Runs.Name, Shard = 0, Holder = "a", Count = 64 };
        shard.Tell(all, kit.TestActor);
        Assert.Equal("0+64≥0", kit.ExpectMsg<Leased>(RunDatabase.Patience).Leases.Show());
        shard.Tell(all, kit.TestActor);
        Assert.Empty(kit.ExpectMsg<Leased>().Leases);
        clock.Now = Runs.LeaseDuration;
        shard.Tell(all, kit.TestActor);
        Assert.Equal("0+64≥0", kit.ExpectMsg<Leased>().Leases.Show());
        shard.Tell(new LeasesReturned { Run = Runs.Name, Shard = 0, Holder = "a", Leases = { new Lease { First = 3, Count = 2 } } });
        shard.Tell(all, kit.TestActor);
        Assert.Equal("3+2≥0", kit.ExpectMsg<Leased>().Leases.Show());
    }

    [Fact]
    public async Task What_a_dead_rollout_had_can_be_leased_again_at_once()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(64, 64, 1));
        var (dying, living) = (kit.CreateTestProbe(), kit.CreateTestProbe());
        dying.Send(shard, new LeaseRequest { Run = Runs.Name, Shard = 0, Holder = "dying", Count = 8 });
        dying.ExpectMsg<Leased>(RunDatabase.Patience);
        living.Send(shard, new LeaseRequest { Run = Runs.Name, Shard = 0, Holder = "living", Count = 8 });
        Assert.Equal("8+8≥0", living.ExpectMsg<Leased>(RunDatabase.Patience).Leases.Show());
        Report(kit, shard, 1, Runs.Result(2, 0));
        Answer(kit);
        kit.Sys.Stop(dying.Ref);
        await kit.AwaitConditionAsync(async () => (await Status(shard)).Counters.Expired == 7, RunDatabase.Patience);
        living.Send(shard, new LeaseRequest { Run = Runs.Name, Shard = 0, Holder = "living", Count = 9 });
        Assert.Equal("0+2≥0 3+5≥0 16+2≥0", living.ExpectMsg<Leased>(RunDatabase.Patience).Leases.Show());
        Assert.Empty((await Status(shard)).Violations);
    }

    [Fact]
    public async Task The_learner_gets_parts_as_they_become_complete_and_again_when_it_asks_again()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(256, 128, 1));
        var learner = kit.CreateTestProbe();
        Report(kit, shard, 1, [.. Enumerable.Range(0, 65).Select(i => Runs.Result(i, 0))]);
        Answer(kit);
        Collect(shard, learner, version: 0);
        Assert.Equal(0, learner.ExpectMsg<ProgressAcknowledged>(RunDatabase.Patience).Version);
        Assert.Equal((0, 64), Show(learner.ExpectMsg<BatchPart>()));
        Report(kit, shard, 2, [.. Enumerable.Range(65, 63).Select(i => Runs.Result(i, 0))]);
        Assert.Equal((64, 64), Show(learner.ExpectMsg<BatchPart>(RunDatabase.Patience)));

        (kit, shard) = await Start(database, Runs.Settings(256, 128, 1));
        learner = kit.CreateTestProbe();
        Collect(shard, learner, version: 0, 0);
        learner.ExpectMsg<ProgressAcknowledged>(RunDatabase.Patience);
        Assert.Equal((64, 64), Show(learner.ExpectMsg<BatchPart>()));
    }

    [Fact]
    public async Task What_is_trained_is_journaled_before_it_is_acknowledged_and_opens_the_next_batch()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(256, 128, 1));
        var learner = kit.CreateTestProbe();
        Report(kit, shard, 1, [.. Enumerable.Range(0, 128).Select(i => Runs.Result(i, 0))]);
        Answer(kit);
        Collect(shard, learner, version: 1);
        Assert.Equal(1, learner.ExpectMsg<ProgressAcknowledged>(RunDatabase.Patience).Version);
        Assert.Equal(["es.scored.1", "es.trained.1"], database.Query<string>("SELECT manifest FROM journal ORDER BY ordering"));

        (kit, shard) = await Start(database, Runs.Settings(256, 128, 1));
        var status = await Status(shard);
        Assert.Equal((1, 0, 128), (status.Version, status.Held, status.Counters.Accepted));
        Assert.Empty(status.Violations);
        shard.Tell(new LeaseRequest { Run = Runs.Name, Shard = 0, Holder = "a", Count = 3 }, kit.TestActor);
        Assert.Equal("128+3≥1", kit.ExpectMsg<Leased>(RunDatabase.Patience).Leases.Show());
    }

    [Fact]
    public async Task A_shard_that_hears_of_training_and_of_what_is_wanted_at_once_does_both()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(256, 64, 1, lag: 1));
        var learner = kit.CreateTestProbe();
        Report(kit, shard, 1, [.. Enumerable.Range(0, 128).Select(i => Runs.Result(i, 0))]);
        Answer(kit);
        Collect(shard, learner, version: 1);
        Assert.Equal(1, learner.ExpectMsg<ProgressAcknowledged>(RunDatabase.Patience).Version);
        Assert.Equal((64, 64), Show(learner.ExpectMsg<BatchPart>()));
    }

    [Fact]
    public async Task Trained_events_are_deleted_and_the_rest_is_enough()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(200, 1, 1));
        var learner = kit.CreateTestProbe();
        for (var i = 0; i < 100; i++)
        {
            Report(kit, shard, i, Runs.Result(i, i));
            Assert.Equal((i, 1), Answer(kit));
            Collect(shard, learner, version: i + 1);
            learner.FishForMessage<ProgressAcknowledged>(progress => progress.Version == i + 1, RunDatabase.Patience);
        }

        kit.AwaitCondition(() => database.Query<long>("SELECT count(*) FROM journal WHERE deleted = 0")[0] <= 64 + 2, RunDatabase.Patience);
        (_, shard) = await Start(database, Runs.Settings(200, 1, 1));
        var status = await Status(shard);
        Assert.Equal((100, 100), (status.Version, status.Counters.Accepted));
        Assert.Empty(status.Violations);
    }

    [Fact]
    public async Task Where_the_journal_is_kept_nothing_of_it_is_deleted_and_what_is_trained_on_is_not_read_again()
    {
        await using var database = new RunDatabase();
        var settings = Runs.Settings(200, 1, 1) with { KeepJournal = true };
        var (kit, shard) = await Start(database, settings);
        var learner = kit.CreateTestProbe();
        for (var i = 0; i < 100; i++)
        {
            Report(kit, shard, i, Runs.Result(i, i));
            Assert.Equal((i, 1), Answer(kit));
            Collect(shard, learner, version: i + 1);
            learner.FishForMessage<ProgressAcknowledged>(progress => progress.Version == i + 1, RunDatabase.Patience);
        }

        kit.AwaitCondition(() => database.Query<long>("SELECT sequence_number FROM snapshot") is [>= 100], RunDatabase.Patience);
        await database.Stop();
        Assert.InRange(database.Query<long>("UPDATE journal SET manifest = 'unreadable' WHERE sequence_number <= (SELECT sequence_number FROM snapshot) RETURNING 1").Count, 100, 199);
        (_, shard) = await Start(database, settings);
        var status = await Status(shard);
        Assert.Equal((100, 100, 0), (status.Version, status.Counters.Accepted, status.Held));
        Assert.Empty(status.Violations);
        Assert.Equal(200, database.Query<long>("SELECT count(*) FROM journal WHERE deleted = 0")[0]);
    }

    [Fact]
    public async Task Results_of_another_run_are_refused_and_its_other_messages_are_not_answered()
    {
        await using var database = new RunDatabase();
        var (kit, shard) = await Start(database, Runs.Settings(64, 64, 1));
        shard.Tell(new LeaseRequest { Run = "other", Shard = 0, Holder = "a", Count = 3 }, kit.TestActor);
        shard.Tell(new EpisodesReported { Run = "other", Shard = 0, Report = 1, Episodes = { Runs.Result(0, 0) } }, kit.TestActor);
        Assert.Equal([RefusalReason.Foreign], kit.ExpectMsg<ReportAnswered>(RunDatabase.Patience).Refusals.Select(refusal => refusal.Reason));
    }

    [Fact]
    public void Every_shard_of_episodes_is_one_of_the_clusters()
    {
        var request = new LeaseRequest { Run = Runs.Name, Shard = 12 };
        Assert.Equal("12", EpisodeShard.Extractor.EntityId(request));
        Assert.Equal("12", EpisodeShard.Extractor.ShardId("12", request));
        Assert.Same(request, EpisodeShard.Extractor.EntityMessage(request));
        Assert.Null(EpisodeShard.Extractor.EntityId("something else"));
    }

    private static async Task<(TestKit Kit, IActorRef Shard)> Start(RunDatabase database, EpisodeSettings settings, TimeProvider? clock = null)
    {
        var kit = await database.StartKit();
        return (kit, kit.Sys.ActorOf(Props.Create(() => new EpisodeShard(settings, 0, clock))));
    }

    private static void Report(TestKit kit, IActorRef shard, int number, params ScoredEpisode[] results) =>
        shard.Tell(new EpisodesReported { Run = Runs.Name, Shard = 0, Report = number, Episodes = { results } }, kit.TestActor);

    private static (long Report, int Accepted) Answer(TestKit kit)
    {
        var answer = kit.ExpectMsg<ReportAnswered>(RunDatabase.Patience);
        return (answer.Report, answer.Accepted);
    }

    private static void Collect(IActorRef shard, TestProbe learner, long version, params long[] has) =>
        shard.Tell(new CollectEpisodes { Run = Runs.Name, Shard = 0, Version = version, ThroughBatch = version, Has = { has } }, learner.Ref);

    private static (long First, int Count) Show(BatchPart part) => (part.Episodes[0].Episode, part.Episodes.Count);

    private static Task<ShardStatus> Status(IActorRef shard) =>
        shard.Ask<ShardStatus>(new ShardStatusRequest { Run = Runs.Name, Shard = 0 }, RunDatabase.Patience);
}
