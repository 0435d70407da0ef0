using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Chaos;

/// <summary>A node's work, of which every response is recorded.</summary>
/// <param name="work">The work.</param>
/// <param name="log">Where they are recorded.</param>
public sealed class RecordedWork(INodeWork work, CompletionLog log) : INodeWork
{
    /// <inheritdoc/>
    public string Fingerprint => work.Fingerprint;

    /// <inheritdoc/>
    public EpisodeSettings Episodes => work.Episodes;

    /// <inheritdoc/>
    public LearnerSettings Learner => work.Learner;

    /// <inheritdoc/>
    public IResponseObserver Responses => log;

    /// <inheritdoc/>
    public IEpisodeTexts? Texts => work.Texts;

    /// <inheritdoc/>
    public string Device(NodeRoles role) => work.Device(role);

    /// <inheritdoc/>
    public RecentSamples? Samples => work.Samples;

    /// <inheritdoc/>
    public UpdateFigures? LastUpdate => work.LastUpdate;

    /// <inheritdoc/>
    public RolloutSettings Rollout(string name) => work.Rollout(name);

    /// <inheritdoc/>
    public RewardScorerSettings Scorer(string name) => work.Scorer(name);

    /// <inheritdoc/>
    public int[] Query(long episode) => work.Query(episode);

    /// <inheritdoc/>
    public string Text(int[] response) => work.Text(response);

    /// <inheritdoc/>
    public ITrainer MakeTrainer(Action<long, ParameterBlock> publish) => work.MakeTrainer(publish);

    /// <inheritdoc/>
    public IGeneration MakeGeneration(IParameterSource parameters) => new Recorded(work.MakeGeneration(parameters), log);

    /// <inheritdoc/>
    public IScorer MakeScorer() => work.MakeScorer();

    private sealed class Recorded(IGeneration generation, CompletionLog log) : IGeneration
    {
        private readonly List<Completion> _finished = [];

        public int Slots => generation.Slots;

        public int Active => generation.Active;

        public Task<long> Fetch(long version, CancellationToken cancellation) => generation.Fetch(version, cancellation);

        public void Swap() => generation.Swap();

        public void Add(Query query) => generation.Add(query);

        public void Step(ICollection<Completion> finished)
        {
            generation.Step(_finished);
            foreach (var completion in _finished)
            {
                log.Made(completion);
                finished.Add(completion);
            }

            _finished.Clear();
        }

        public void Dispose() => generation.Dispose();
    }
}
