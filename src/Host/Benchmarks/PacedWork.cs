using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Benchmarks;

/// <summary><see cref="ConstantWork"/> whose rollout has a <see cref="PacedGeneration"/>, and asks for work as one of a real run does.</summary>
/// <param name="work">The rest.</param>
/// <param name="settings">The run.</param>
/// <param name="step">What a step takes with all slots in use.</param>
/// <param name="fixedShare">As in <see cref="PacedGeneration"/>.</param>
internal sealed class PacedWork(ConstantWork work, EpisodeBenchSettings settings, TimeSpan step, double fixedShare) : INodeWork
{
    private const int Slots = 64;

    public string Fingerprint => work.Fingerprint;

    public EpisodeSettings Episodes => work.Episodes;

    public LearnerSettings Learner => work.Learner;

    public RolloutSettings Rollout(string name) => work.Rollout(name) with
    {
        Leases = new LeaseSizing { Lead = new RolloutNodeSettings().Lead, First = 2 * Slots, Most = 6 * Slots }, Capacity = 6 * Slots,
    };

    public RewardScorerSettings Scorer(string name) => work.Scorer(name) with { BatchSize = Slots };

    public int[] Query(long episode) => work.Query(episode);

    public ITrainer MakeTrainer(Action<long, ParameterBlock> publish) => work.MakeTrainer(publish);

    public IGeneration MakeGeneration(IParameterSource parameters) => new PacedGeneration(settings, Slots, step, fixedShare, parameters);

    public IScorer MakeScorer() => work.MakeScorer();
}
