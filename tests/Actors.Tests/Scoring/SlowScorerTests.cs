using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Actors.Tests.Episodes;
using ActorRlhf.Actors.Tests.Learning;
using ActorRlhf.Actors.Tests.Rollouts;
using Akka.Actor;

namespace ActorRlhf.Actors.Tests.Scoring;

/// <summary>Two rollouts and three scorers, of which one hangs and one fails: the last one scores everything, and nothing is trained on twice.</summary>
public sealed class SlowScorerTests
{
    [Fact]
    public async Task Scorers_that_hang_or_fail_hold_up_nobody()
    {
        await using var database = new RunDatabase();
        var system = await database.Start();
        var settings = Runs.Settings(600, 100, 2);
        var released = new ManualResetEventSlim();
        try
        {
            var shards = system.ActorOf(Props.Create(() => new LocalRun.LocalShards(settings)), "shards");
            IActorRef[] scorers =
            [
                Scorer(system, settings.Plan, shards, "hangs", () => released.Wait()),
                Scorer(system, settings.Plan, shards, "fails", () => throw new InvalidOperationException("the device is gone")),
                Scorer(system, settings.Plan, shards, "works", () => { }),
            ];
            var all = system.ActorOf(Props.Create(() => new ToAll(scorers)), "scorers");
            IActorRef[] rollouts = [Rollout(system, settings.Plan, shards, all, "a"), Rollout(system, settings.Plan, shards, all, "b")];
            var announcements = system.ActorOf(Props.Create(() => new ToAll(rollouts)), "rollouts");
            var learning = new LearnerSettings
            {
                Plan = settings.Plan, MaxPolicyLag = 0, CheckpointBatches = 3, CheckpointInterval = TimeSpan.FromHours(1), Retry = TimeSpan.FromMilliseconds(50),
            };
            Func<ITrainer> trainer = () => new ChainTrainer(database.Folder);
            var learner = system.ActorOf(Props.Create(() => new Learner(learning, trainer, shards, announcements, null)), "learner");
            await new LocalRun(system, settings, shards, learner).Finish();

            Assert.Equal(Enumerable.Range(0, 600).Select(episode => (long)episode), ChainTrainer.Newest(database.Folder).Episodes);
            var works = await scorers[2].Ask<ScorerStatus>(new ScorerStatusRequest(), RunDatabase.Patience);
            Assert.Equal(600, works.Scored - works.Refused);
            var hangs = await scorers[0].Ask<ScorerStatus>(new ScorerStatusRequest(), RunDatabase.Patience);
            Assert.InRange(hangs.Waiting + hangs.Scoring, 1, 16); // it got no more than it had room for
        }
        finally
        {
            released.Set();
        }
    }

    private static IActorRef Scorer(ActorSystem system, Actors.Episodes.EpisodePlan plan, IActorRef shards, string name, Action before)
    {
        var settings = new RewardScorerSettings
        {
            Plan = plan, Name = name, BatchSize = 8, Patience = TimeSpan.FromMilliseconds(5), Capacity = 16, VocabularySize = 1000, MaxResponseTokens = 48,
            Retry = TimeSpan.FromMilliseconds(50),
        };
        Func<IScorer> make = () => new ConstantScorer(before);
        Func<long, int[]> query = _ => [1];
        return system.ActorOf(Props.Create(() => new RewardScorer(settings, make, query, shards, null)), name);
    }

    private static IActorRef Rollout(ActorSystem system, Actors.Episodes.EpisodePlan plan, IActorRef shards, IActorRef scorers, string name)
    {
        var settings = new RolloutSettings
        {
            Plan = plan, MaxPolicyLag = 0, Name = name, Leases = new LeaseSizing { Lead = TimeSpan.FromSeconds(1), First = 8, Most = 100 }, Capacity = 60,
            ScoringPatience = TimeSpan.FromMilliseconds(200), Slice = TimeSpan.FromMilliseconds(1), Retry = TimeSpan.FromMilliseconds(20),
        };
        Func<IGeneration> make = () => new ScriptedGeneration(4);
        Func<long, int[]> query = episode => [(int)(1 + episode % 7)];
        return system.ActorOf(Props.Create(() => new Rollout(settings, make, query, shards, scorers, null, null)), name);
    }

    private sealed class ToAll : ReceiveActor
    {
        public ToAll(IActorRef[] all) => ReceiveAny(message => Array.ForEach(all, one => one.Forward(message)));
    }

    private sealed class ConstantScorer(Action before) : IScorer
    {
        public IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch)
        {
            before();
            return [.. batch.Select(item => item.Episode.ToScored([-1, -1], 0.5f))];
        }

        public void Dispose()
        {
        }
    }
}
