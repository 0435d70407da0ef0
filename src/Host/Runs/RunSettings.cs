using System.ComponentModel.DataAnnotations;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Runs;

/// <summary>The paper's four steps on one machine, and what they are measured on: one file describes them all, whether they run in a row or one by one.</summary>
public sealed record RunSettings
{
    /// <summary>The section of a configuration file that these are.</summary>
    public const string Section = "rlhf";

    /// <summary>Decides everything random. Each step's own seed is added to it.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Threads to compute with; 0 for as many as there are processors. The same seed gives the same bits only with the same number.</summary>
    [Range(0, 1_024)]
    public int Threads { get; init; }

    /// <summary>The folder of the pretrained model and its tokenizer.</summary>
    public required string BaseModel { get; init; }

    /// <summary>The folder of the dataset.</summary>
    public required string Data { get; init; }

    /// <summary>Where our own copy of Debian's package index goes when the demo makes its dataset; null where the dataset must be there already.</summary>
    public string? DebianIndex { get; init; }

    /// <summary>What a query looks like.</summary>
    public required TaskSettings Task { get; init; }

    /// <summary>Supervised fine-tuning on reference summaries.</summary>
    public LanguageModelSettings Sft { get; init; } = new();

    /// <summary>Steps between evaluations and checkpoints: fine-tuning.</summary>
    public ScheduleSettings SftSchedule { get; init; } = new();

    /// <summary>Comparisons from the simulated labeler.</summary>
    public ComparisonSettings Comparisons { get; init; } = new();

    /// <summary>The reward model.</summary>
    public RewardSettings Reward { get; init; } = new();

    /// <summary>Steps between evaluations and checkpoints: the reward model.</summary>
    public ScheduleSettings RewardSchedule { get; init; } = new();

    /// <summary>The share of reference summaries that must outrank another text's before PPO may begin; 0 for no check, 0.5 is chance.</summary>
    [Range(0, 1)]
    public double RewardCheck { get; init; } = 0.7;

    /// <summary>
    /// The share of reference summaries that must outrank their own first halves before PPO may begin; 0 for no check, 0.5 is chance. A short summary of a short text loses little with its
    /// second half, so a good reward model ranks far fewer of these right than of other texts' summaries.
    /// </summary>
    [Range(0, 1)]
    public double TruncationCheck { get; init; } = 0.5;

    /// <summary>PPO against the reward model. Its response length is the task's.</summary>
    public PpoSettings Ppo { get; init; } = new();

    /// <summary>Updates between evaluations and checkpoints: PPO.</summary>
    public ScheduleSettings PpoSchedule { get; init; } = new();

    /// <summary>PPO's alarms: what is beyond its limits warns, or stops training until somebody resumes it.</summary>
    public AlarmSettings Alarms { get; init; } = new();

    /// <summary>
    /// Generation. Its response length is the task's; its threads are <see cref="Threads"/> where it says 0. Comparisons are drawn with it; PPO
    /// draws at its own temperature, and summaries are judged at temperature 0.
    /// </summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>What the report is measured on.</summary>
    public EvaluationSettings Evaluation { get; init; } = new();

    /// <summary>What the nodes of a run have in common.</summary>
    public ClusterSettings Cluster { get; init; } = new();

    /// <summary>How others reach a node.</summary>
    public NetworkSettings Network { get; init; } = new();

    /// <summary>A node's learner.</summary>
    public LearnerNodeSettings Learner { get; init; } = new();

    /// <summary>A node's rollout.</summary>
    public RolloutNodeSettings Rollout { get; init; } = new();

    /// <summary>A node's scorer.</summary>
    public ScorerNodeSettings Scorer { get; init; } = new();

    /// <summary>How nodes log.</summary>
    public LogSettings Logs { get; init; } = new();

    /// <summary>Which episodes' traces nodes write down.</summary>
    public TraceSettings Traces { get; init; } = new();

    /// <summary>The settings for a run of another length: passes, comparisons and episodes in proportion.</summary>
    /// <param name="factor">1 leaves everything as it is.</param>
    public RunSettings Scaled(double factor) => this with
    {
        Sft = Sft with { Epochs = Math.Clamp(Sft.Epochs * factor, 0.001, 10_000) },
        Comparisons = Comparisons with { Train = (int)Math.Clamp(Math.Round(Comparisons.Train * factor), 1, 100_000_000) },
        Ppo = Ppo with { TotalEpisodes = Math.Max(Ppo.BatchSize, (long)Math.Round(Ppo.TotalEpisodes * factor)) },
    };

    /// <summary>The settings with what one setting says for several written into each: lengths and threads.</summary>
    public RunSettings Resolved() => this with
    {
        Ppo = Ppo with { ResponseLength = Task.ResponseLength },
        Sampling = Sampling with { MaxResponseTokens = Task.ResponseLength, Threads = Sampling.Threads == 0 ? Threads : Sampling.Threads },
    };

    /// <summary>The settings with every step's seed moved by <see cref="Seed"/>.</summary>
    internal RunSettings Seeded() => this with
    {
        Sft = Sft with { Seed = Sft.Seed + Seed },
        Comparisons = Comparisons with { Seed = (int)(Comparisons.Seed + Seed) },
        Reward = Reward with { Seed = Reward.Seed + Seed },
        Ppo = Ppo with { Seed = Ppo.Seed + Seed },
    };
}
