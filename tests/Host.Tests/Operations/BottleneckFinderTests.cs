using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

public sealed class BottleneckFinderTests
{
    [Fact]
    public void The_stage_that_is_at_work_the_largest_share_of_the_time_holds_the_run_up()
    {
        var found = BottleneckFinder.Find(Cluster(rollout: 0.95, scorer: 0.4, learner: 0.6));
        Assert.Equal(Stage.Generation, found.Stage);
        Assert.Equal([Stage.Generation, Stage.Learning, Stage.Scoring, Stage.Parameters, Stage.Database], found.Stages.Select(stage => stage.Stage));
        Assert.Equal(
            "generation holds the run up: 2 rollouts busy 95% of the time, 3,000 tokens/s, 120 of 128 slots in use. "
            + "More rollouts (rlhf node --roles rollout), or faster ones (rlhf.rollout.device, .threads, .slots).", found.Verdict);
        Assert.Equal(Stage.Scoring, BottleneckFinder.Find(Cluster(rollout: 0.5, scorer: 0.9, learner: 0.6)).Stage);
        Assert.Equal(Stage.Learning, BottleneckFinder.Find(Cluster(rollout: 0.5, scorer: 0.4, learner: 0.8)).Stage);
    }

    [Fact]
    public void What_the_knob_is_depends_on_what_the_stage_does_with_its_time()
    {
        Assert.Contains("Half of the slots are empty", BottleneckFinder.Find(Cluster(rollout: 0.95, slotsInUse: 10)).Verdict);
        Assert.Contains("max-policy-lag = 1", BottleneckFinder.Find(Cluster(learner: 0.95, lag: 0)).Verdict);
        Assert.Contains("rlhf.ppo.epochs", BottleneckFinder.Find(Cluster(learner: 0.95, lag: 1)).Verdict);
        Assert.Contains("checkpoint-every", BottleneckFinder.Find(Cluster(learner: 0.95, saving: 0.3)).Verdict);
    }

    [Fact]
    public void Waiting_for_the_journal_or_for_parameters_holds_it_up_too()
    {
        var database = BottleneckFinder.Find(Cluster(rollout: 0.3, writing: 0.97));
        Assert.Equal(Stage.Database, database.Stage);
        Assert.Contains("an event of a shard takes 250 ms", database.Verdict);
        var parameters = BottleneckFinder.Find(Cluster(rollout: 0.3, waitingForParameters: 0.65));
        Assert.Equal(Stage.Parameters, parameters.Stage);
        Assert.Contains("bfloat16", parameters.Verdict);
    }

    [Fact]
    public void Where_nobody_does_a_stages_work_that_is_what_holds_the_run_up()
    {
        var cluster = Cluster(learner: 0.9);
        var scorerless = cluster with { Nodes = [cluster.Nodes[0] with { Actors = [.. cluster.Actors.Where(actor => actor.Scorer is null)] }] };
        Assert.Equal("scoring holds the run up: no scorer answers. Start one: rlhf node --roles scorer.", BottleneckFinder.Find(scorerless).Verdict);
        var empty = cluster with { Nodes = [] };
        Assert.Equal((null, "no node with the role learner is up: nothing is trained; start one: rlhf node --roles learner,episodes"), (BottleneckFinder.Find(empty).Stage, BottleneckFinder.Find(empty).Verdict));
    }

    [Theory]
    [InlineData("paused", "training is paused: KL is 31; rlhf resume goes on")]
    [InlineData("failed", "training has failed: KL is 31")]
    [InlineData("finished", "the run is finished")]
    public void A_run_that_stands_still_says_why(string phase, string verdict)
    {
        var found = BottleneckFinder.Find(Cluster(rollout: 0.95, phase: phase));
        Assert.Equal((null, verdict), (found.Stage, found.Verdict));
        Assert.Equal(5, found.Stages.Count);
    }

    [Fact]
    public void Where_nothing_is_busy_nothing_is_blamed()
    {
        var found = BottleneckFinder.Find(Cluster(rollout: 0.1, scorer: 0.1, learner: 0.1, writing: 0, waitingForParameters: 0));
        Assert.Null(found.Stage);
        Assert.StartsWith("nothing has been busy", found.Verdict);
    }

    [Fact]
    public void Processors_that_are_all_in_use_and_nodes_and_actors_that_do_not_answer_are_noted()
    {
        var cluster = Cluster(rollout: 0.9);
        var node = cluster.Nodes[0] with { Processors = 4, ProcessorsBusy = 2.5 };
        var stuck = node with { Name = "stuck", Actors = [Actor("/user/scorer") with { IsAnswering = false }] };
        var frozen = node with { Name = "frozen", Actors = [], ProcessorsBusy = null, Status = "unreachable", Silence = "it has not answered within 0.7 s" };
        var elsewhere = node with { Name = "elsewhere", Address = "http://10.0.0.2:4000", Actors = [] };
        Assert.Equal(
            ["the 4 processors of 10.0.0.1 are all in use (5.0): its 2 nodes slow one another", "frozen is unreachable: it has not answered within 0.7 s", "/user/scorer of stuck does not answer"],
            BottleneckFinder.Find(cluster with { Nodes = [node, stuck, frozen, elsewhere] }).Notes);
    }

    private static ClusterReport Cluster(
        double rollout = 0.5, double scorer = 0.2, double learner = 0.5, double writing = 0.05, double waitingForParameters = 0.1, double slotsInUse = 60, double saving = 0, int lag = 1,
        string phase = "training") => new()
    {
        Run = "run", At = DateTimeOffset.UnixEpoch, ReportedBy = "core", TotalEpisodes = 1 << 20, BatchSize = 512, Shards = 8, MaxPolicyLag = lag,
        Nodes =
        [
            new NodeReport
            {
                Name = "core", Address = "http://10.0.0.1:4000", Member = "akka.tcp://rlhf@10.0.0.1:1", Roles = ["learner"], UpSince = DateTimeOffset.UnixEpoch, Status = "up",
                Actors =
                [
                    Actor("/user/rollout") with { Rollout = Rollout(rollout, slotsInUse, waitingForParameters) },
                    Actor("/user/other") with { Rollout = Rollout(rollout, slotsInUse, waitingForParameters) },
                    Actor("/user/scorer") with
                    {
                        Scorer = new ScorerReport
                        {
                            Name = "scorer", Device = "cpu", BatchSize = 64, BatchMean = 32, WaitMs = 12, EpisodesPerSecond = 80, Busy = scorer, Waiting = 0, Scoring = 0, Unanswered = 0, Scored = 0,
                            Batches = 0, Refused = 0, Malformed = 0,
                        },
                    },
                    Actor("/shard") with
                    {
                        Shard = new ShardReport
                        {
                            Shard = 0, Version = 1, Episodes = 64, Unissued = 64, Leased = 0, Held = 0, Trained = 0, Counts = new EpisodeCounts(), WriteMs = 250, Writing = writing,
                        },
                    },
                    Actor("/learner") with
                    {
                        Learner = new LearnerReport
                        {
                            Phase = phase, Device = "cpu", Reason = "KL is 31", Version = 5, Batches = 100, Formed = 6, BatchInHand = 3, BatchSize = 512, InHand = 3, CheckpointVersion = 4, Busy = learner,
                            SecondsPerStep = 2.5, WriteMs = 8, Consumed = 0, Duplicate = 0, Foreign = 0, Acknowledged = false, Time = new Dictionary<string, double> { ["writing_checkpoint"] = saving },
                        },
                    },
                ],
            },
        ],
    };

    private static RolloutReport Rollout(double busy, double slotsInUse, double waitingForParameters) => new()
    {
        Name = "rollout", Device = "cpu", Slots = 64, SlotsInUse = slotsInUse, TokensPerSecond = 1500, EpisodesPerSecond = 40, PolicyVersion = 5, Lag = 0, Leased = 0, Generating = 0, Waiting = 0,
        Handed = 0, Generated = 0, Dropped = 0, Busy = busy, Time = new Dictionary<string, double> { ["waiting_for_parameters"] = waitingForParameters },
    };

    private static ActorReport Actor(string path) => new() { Path = path, Type = "Actor", State = ActorState.Running, Mailbox = 0, MessagesPerSecond = 0, Restarts = 0 };
}
