using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>The work of a node whose generation, scoring and training cost next to nothing, always the same, so that everything else can be measured.</summary>
/// <param name="settings">The run.</param>
public sealed class ConstantWork(EpisodeBenchSettings settings) : INodeWork, IDisposable
{
    private const int Slots = 512;
    private const int MostKept = 8192; // responses of a rollout, and episodes of a scorer
    private static readonly int[] Prompt = [1, 2, 3, 4];

    private readonly ProgressFile _progress = ProgressFile.Open(settings.Directory);

    /// <inheritdoc/>
    public string Fingerprint { get; } = settings.Fingerprint();

    /// <inheritdoc/>
    public EpisodeSettings Episodes { get; } = new()
    {
        Plan = settings.Plan(),
        MaxPolicyLag = settings.MaxPolicyLag,
        LeaseDuration = TimeSpan.FromMinutes(1),
        VocabularySize = settings.Vocabulary,
        MaxResponseTokens = settings.Tokens,
        KeepJournal = true,
    };

    /// <inheritdoc/>
    public LearnerSettings Learner => new()
    {
        Plan = Episodes.Plan,
        MaxPolicyLag = settings.MaxPolicyLag,
        CheckpointBatches = settings.CheckpointBatches,
        CheckpointInterval = TimeSpan.FromMinutes(10),
        KeepJournal = true,
    };

    /// <inheritdoc/>
    public RolloutSettings Rollout(string name) => new()
    {
        Plan = Episodes.Plan,
        MaxPolicyLag = Episodes.MaxPolicyLag,
        Name = name,
        Leases = new LeaseSizing { Lead = TimeSpan.FromMilliseconds(200), First = 2 * Slots, Most = MostKept },
        Capacity = MostKept,
        ScoringPatience = TimeSpan.FromSeconds(30),
    };

    /// <inheritdoc/>
    public RewardScorerSettings Scorer(string name) => new()
    {
        Plan = Episodes.Plan,
        Name = name,
        BatchSize = Slots,
        Patience = TimeSpan.FromMilliseconds(5),
        Capacity = MostKept,
        VocabularySize = settings.Vocabulary,
        MaxResponseTokens = settings.Tokens,
    };

    /// <inheritdoc/>
    public int[] Query(long episode) => Prompt;

    /// <inheritdoc/>
    public ITrainer MakeTrainer(Action<long, ParameterBlock> publish) =>
        new ConstantTrainer(ConstantTrainer.Store(settings.Directory), settings.Seed, publish, version => _progress.Value = version);

    /// <inheritdoc/>
    public IGeneration MakeGeneration(IParameterSource parameters) => new ConstantGeneration(settings, Slots, parameters);

    /// <inheritdoc/>
    public IScorer MakeScorer() => new ConstantScorer(settings);

    /// <inheritdoc/>
    public void Dispose() => _progress.Dispose();
}
