using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;
using Akka.Actor;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>Shards, learner and workers together on one database, ended in the middle of everything again and again.</summary>
public sealed class RestartTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(2, 7)]
    public async Task Every_episode_is_trained_on_once_and_the_weights_are_those_of_a_run_that_was_never_ended(int lag, int kills)
    {
        await using var database = new RunDatabase();
        var settings = Runs.Settings(2000, 100, 3, lag);
        var random = new Random(20200902);
        for (var life = 0; life < kills; life++)
        {
            // Somewhere in the life of the n-th report after the start, or of the n-th step.
            await Run(database, settings, endAtReport: random.Next(1, 12), endAtStep: random.Next(1, 5));
        }

        await Run(database, settings, int.MaxValue, int.MaxValue);
        var (version, hash, episodes) = ChainTrainer.Newest(database.Folder);
        Assert.Equal(20, version);
        Assert.Equal(Enumerable.Range(0, 2000).Select(episode => (long)episode), episodes);
        var batches = database.Query<byte[]>("SELECT message FROM journal WHERE manifest = 'ln.formed.1' ORDER BY sequence_number")
            .Select(BatchFormed.Parser.ParseFrom).ToList();
        Assert.Equal(Enumerable.Range(0, 20).Select(batch => (long)batch), batches.Select(batch => batch.Batch));
        Assert.Equal(ChainTrainer.Hash(batches), hash);
        foreach (var batch in batches) Assert.All(batch.Episodes, result => Assert.InRange(result.PolicyVersion, batch.Batch - lag, batch.Batch));
    }

    private static async Task Run(RunDatabase database, EpisodeSettings settings, int endAtReport, int endAtStep)
    {
        var system = await database.Start();
        var end = new TaskCompletionSource();
        var (reports, steps) = (0, 0);
        Action reporting = () => EndAt(ref reports, endAtReport);
        Func<ITrainer> trainer = () => new ChainTrainer(database.Folder, _ => EndAt(ref steps, endAtStep));
        var shards = system.ActorOf(Props.Create(() => new LocalShards(settings)), "shards");
        var learner = system.ActorOf(Props.Create(() => new Learner(
            new LearnerSettings
            {
                Plan = settings.Plan,
                MaxPolicyLag = settings.MaxPolicyLag,
                CheckpointBatches = 3,
                CheckpointInterval = TimeSpan.FromHours(1),
                KeepJournal = true,
                Retry = TimeSpan.FromMilliseconds(50),
            },
            trainer,
            shards,
            ActorRefs.Nobody,
            null)), "learner");
        for (var i = 0; i < 3; i++)
        {
            var name = $"worker {i}";
            system.ActorOf(Props.Create(() => new Worker(settings.Plan, shards, name, reporting)));
        }

        if (endAtReport < int.MaxValue)
        {
            await end.Task.WaitAsync(RunDatabase.Patience);
            await database.Stop();
            return;
        }

        using var time = new CancellationTokenSource(RunDatabase.Patience);
        while (await learner.Ask<LearnerStatus>(new LearnerStatusRequest(), RunDatabase.Patience) is { Phase: not LearnerPhase.Finished } status)
        {
            Assert.Empty(status.Violations);
            await Task.Delay(10, time.Token);
        }

        for (var shard = 0; shard < settings.Plan.Shards; shard++)
        {
            while (true)
            {
                var status = await shards.Ask<ShardStatus>(new ShardStatusRequest { Run = Runs.Name, Shard = shard }, RunDatabase.Patience);
                Assert.Empty(status.Violations);
                if (status.Version == settings.Plan.Batches)
                {
                    Assert.Equal((settings.Plan.CountInShard(shard, long.MaxValue), 0), (status.Counters.Accepted, status.Held));
                    break;
                }

                await Task.Delay(10, time.Token);
            }
        }

        void EndAt(ref int count, int at)
        {
            if (Interlocked.Increment(ref count) == at) end.TrySetResult();
        }
    }

    private sealed class LocalShards : ReceiveActor
    {
        public LocalShards(EpisodeSettings settings)
        {
            var shards = Enumerable.Range(0, settings.Plan.Shards)
                .Select(shard => Context.ActorOf(Props.Create(() => new EpisodeShard(settings, shard, null)), $"{shard}")).ToList();
            Receive<IEpisodeShardMessage>(message => shards[message.Shard].Forward(message));
        }
    }

    // Leases from every shard and reports what it "generated"; asks again when there was nothing.
    private sealed class Worker : ReceiveActor, IWithTimers
    {
        public Worker(EpisodePlan plan, IActorRef shards, string name, Action reporting)
        {
            for (var shard = 0; shard < plan.Shards; shard++) Ask(shard);
            Receive<int>(Ask);
            Receive<Leased>(leased =>
            {
                if (leased.Leases.Count == 0)
                {
                    Timers.StartSingleTimer(leased.Shard, leased.Shard, TimeSpan.FromMilliseconds(5));
                    return;
                }

                var results = leased.Leases.SelectMany(lease => Enumerable.Range(0, lease.Count)
                    .Select(i => Runs.Result(lease.First + i, Math.Max(lease.MinimumVersion, leased.Version - 1), name[^1])));
                shards.Tell(new EpisodesReported { Run = plan.Run, Shard = leased.Shard, Episodes = { results } });
                reporting();
            });
            Receive<ReportAnswered>(answered => Ask(answered.Shard));

            void Ask(int shard) => shards.Tell(new LeaseRequest { Run = plan.Run, Shard = shard, Holder = name, Count = 40 });
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }
}
