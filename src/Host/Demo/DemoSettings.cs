using System.ComponentModel.DataAnnotations;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Demo;

/// <summary>The paper's four steps on one machine, and what they are measured on.</summary>
public sealed record DemoSettings
{
    /// <summary>The folder of the pretrained model and its tokenizer.</summary>
    public required string BaseModel { get; init; }

    /// <summary>What a query looks like.</summary>
    public required TaskSettings Task { get; init; }

    /// <summary>Decides everything random. Each step's own seed is added to it.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Supervised fine-tuning on reference summaries.</summary>
    public LanguageModelSettings Sft { get; init; } = new();

    /// <summary>Comparisons from the simulated labeler.</summary>
    public ComparisonSettings Comparisons { get; init; } = new();

    /// <summary>The reward model.</summary>
    public RewardSettings Reward { get; init; } = new();

    /// <summary>PPO against the reward model.</summary>
    public PpoSettings Ppo { get; init; } = new();

    /// <summary>Slots and threads of generation; the temperature is 1 where samples are drawn and 0 where summaries are judged.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>What the report is measured on.</summary>
    public EvaluationSettings Evaluation { get; init; } = new();

    /// <summary>Steps between evaluations and checkpoints: fine-tuning.</summary>
    public ScheduleSettings SftSchedule { get; init; } = new();

    /// <summary>Steps between evaluations and checkpoints: the reward model.</summary>
    public ScheduleSettings RewardSchedule { get; init; } = new();

    /// <summary>Updates between evaluations and checkpoints: PPO.</summary>
    public ScheduleSettings PpoSchedule { get; init; } = new();

    /// <summary>The share of reference summaries that must outrank another text's before PPO may begin.</summary>
    [Range(0.5, 1)]
    public double RewardCheck { get; init; } = 0.7;

    /// <summary>The settings for a run of another length: passes, comparisons and episodes in proportion.</summary>
    /// <param name="factor">1 leaves everything as it is.</param>
    public DemoSettings Scaled(double factor) => this with
    {
        Sft = Sft with { Epochs = Sft.Epochs * factor },
        Comparisons = Comparisons with { Train = Math.Max(1, (int)Math.Round(Comparisons.Train * factor)) },
        Ppo = Ppo with { TotalEpisodes = Math.Max(Ppo.BatchSize, (long)Math.Round(Ppo.TotalEpisodes * factor)) },
    };

    /// <summary>The settings with every step's seed moved by <see cref="Seed"/> and PPO's lengths taken from the task.</summary>
    public DemoSettings Resolved() => this with
    {
        Sft = Sft with { Seed = Sft.Seed + Seed },
        Comparisons = Comparisons with { Seed = (int)(Comparisons.Seed + Seed) },
        Reward = Reward with { Seed = Reward.Seed + Seed },
        Ppo = Ppo with { Seed = Ppo.Seed + Seed, ResponseLength = Task.ResponseLength },
        Sampling = Sampling with { MaxResponseTokens = Task.ResponseLength },
    };
}

/// <summary>What a policy is measured on.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Texts of the test split for the final figures; all of it where it has fewer.</summary>
    [Range(1, 10_000_000)]
    public int Test { get; init; } = 1_000;

    /// <summary>Texts of the validation split, watched during training.</summary>
    [Range(1, 10_000_000)]
    public int Validation { get; init; } = 256;

    /// <summary>Words of the lead baseline: the text's first words as its summary.</summary>
    [Range(1, 1_000)]
    public int LeadWords { get; init; } = 8;

    /// <summary>Texts shown side by side in the report.</summary>
    [Range(0, 1_000)]
    public int Samples { get; init; } = 24;
}
