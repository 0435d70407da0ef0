using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;
using Akka.Actor;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>Shards, learner and three workers in one actor system, without a cluster.</summary>
/// <param name="System">The system.</param>
/// <param name="Settings">The run's settings.</param>
/// <param name="Shards">Passes messages on to the shards.</param>
/// <param name="Learner">The learner.</param>
internal sealed record LocalRun(ActorSystem System, EpisodeSettings Settings, IActorRef Shards, IActorRef Learner)
{
    /// <summary>Starts everything.</summary>
    /// <param name="system">The system.</param>
    /// <param name="settings">The run's settings.</param>
    /// <param name="trainer">Makes the trainer.</param>
    /// <param name="generate">Makes a result of an episode under a policy's version; the text is the worker's name.</param>
    /// <param name="reporting">Called when results have been reported.</param>
    public static LocalRun Start(
        ActorSystem system, EpisodeSettings settings, Func<ITrainer> trainer, Func<long, long, string, ScoredEpisode> generate, Action reporting)
    {
        var shards = system.ActorOf(Props.Create(() => new LocalShards(settings)), "shards");
        var learning = new LearnerSettings
        {
            Plan = settings.Plan,
            MaxPolicyLag = settings.MaxPolicyLag,
            CheckpointBatches = 3,
            CheckpointInterval = TimeSpan.FromHours(1),
            KeepJournal = true,
            Retry = TimeSpan.FromMilliseconds(50),
        };
        var learner = system.ActorOf(Props.Create(() => new Learner(learning, trainer, shards, ActorRefs.Nobody, null)), "learner");
        for (var i = 0; i < 3; i++)
        {
            var name = $"worker {i}";
            system.ActorOf(Props.Create(() => new Worker(settings.Plan, shards, name, generate, reporting)));
        }

        return new LocalRun(system, settings, shards, learner);
    }

    /// <summary>Waits until everything is trained on and every shard knows it; nothing may be off on the way or at the end.</summary>
    public async Task Finish()
    {
        using var time = new CancellationTokenSource(RunDatabase.Patience);
        LearnerStatus run;
        while ((run = await Learner.Ask<LearnerStatus>(new LearnerStatusRequest(), RunDatabase.Patience)) is not { Phase: LearnerPhase.Finished, Acknowledged: true })
        {
            Assert.Empty(run.Violations);
            await Task.Delay(10, time.Token);
        }

        for (var shard = 0; shard < Settings.Plan.Shards; shard++)
        {
            var status = await Shards.Ask<ShardStatus>(new ShardStatusRequest { Run = Runs.Name, Shard = shard }, RunDatabase.Patience);
            Assert.Equal(Settings.Plan.Batches, status.Version);
            Assert.Empty(status.Violations);
            Assert.Equal((Settings.Plan.CountInShard(shard, long.MaxValue), 0), (status.Counters.Accepted, status.Held));
        }
    }

    /// <summary>A run's shards, and who passes messages on to them.</summary>
    internal sealed class LocalShards : ReceiveActor
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
        public Worker(EpisodePlan plan, IActorRef shards, string name, Func<long, long, string, ScoredEpisode> generate, Action reporting)
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
                    .Select(i => generate(lease.First + i, Math.Max(lease.MinimumVersion, leased.Version - 1), name)));
                shards.Tell(new EpisodesReported { Run = plan.Run, Shard = leased.Shard, Episodes = { results } });
                reporting();
            });
            Receive<ReportAnswered>(answered => Ask(answered.Shard));

            void Ask(int shard) => shards.Tell(new LeaseRequest { Run = plan.Run, Shard = shard, Holder = name, Count = 64 });
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }
}
