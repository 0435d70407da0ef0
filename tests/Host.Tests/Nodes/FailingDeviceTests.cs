using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Tests.Nodes;

/// <summary>A worker whose device fails in the middle of its work.</summary>
public sealed class FailingDeviceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_rollout_whose_device_fails_says_so_and_leaves_and_the_others_train_every_episode()
    {
        var settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 16_384, BatchSize = 64 };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        Task<Node> Start(string name, NodeRoles roles, INodeWork does) => Node.StartAsync(
            new NodeOptions { Name = name, Roles = roles, Network = new NetworkSettings(), Cluster = settings.Cluster() }, does, log);
        await using var core = await Start("core", NodeRoles.Learner | NodeRoles.Episodes | NodeRoles.Scorer, work);
        await using var broken = await Start("broken", NodeRoles.Rollout, new Broken(work));
        var outcome = await broken.Completion.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("the node's work has ended (rollout was the last); its log says why", outcome.Failure);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!broken.Status().Troubles.Any(line => line.Contains("rollout broken leaves: CUDA error: an illegal memory access was encountered", StringComparison.Ordinal)))
            await Task.Delay(20, patience.Token); // logging takes its time

        await using var sound = await Start("sound", NodeRoles.Rollout, work);
        Assert.Null((await core.Completion.WaitAsync(TimeSpan.FromMinutes(2))).Failure);
        Assert.Equal(16_384, core.Status().TrainedEpisodes);
        Assert.Empty(core.Learner!.Violations);
    }

    private sealed class Broken(INodeWork work) : INodeWork
    {
        public string Fingerprint => work.Fingerprint;

        public EpisodeSettings Episodes => work.Episodes;

        public LearnerSettings Learner => work.Learner;

        public RolloutSettings Rollout(string name) => work.Rollout(name);

        public RewardScorerSettings Scorer(string name) => work.Scorer(name);

        public int[] Query(long episode) => work.Query(episode);

        public ITrainer MakeTrainer(Action<long, ParameterBlock> publish) => work.MakeTrainer(publish);

        public IGeneration MakeGeneration(IParameterSource parameters) => new Device(work.MakeGeneration(parameters));

        public IScorer MakeScorer() => work.MakeScorer();
    }

    private sealed class Device(IGeneration generation) : IGeneration
    {
        private int _steps;

        public int Slots => generation.Slots;

        public int Active => generation.Active;

        public Task<long> Fetch(long version, CancellationToken cancellation) => generation.Fetch(version, cancellation);

        public void Swap() => generation.Swap();

        public void Add(Query query) => generation.Add(query);

        public void Step(ICollection<Completion> finished)
        {
            if (generation.Active > 0 && ++_steps == 20) throw new InvalidOperationException("CUDA error: an illegal memory access was encountered");
            generation.Step(finished);
        }

        public void Dispose() => generation.Dispose();
    }
}
