namespace ActorRlhf.Host.Operations;

/// <summary>Everything that is known of one episode: <c>GET /api/episodes/N</c>. What has not happened yet, or is not kept, is null.</summary>
public sealed record EpisodeStory
{
    /// <summary>The episode.</summary>
    public required long Episode { get; init; }

    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>How far it is.</summary>
    public required StoryPhase Phase { get; init; }

    /// <summary>The same in a sentence, with what is missing and why.</summary>
    public required string Told { get; init; }

    /// <summary>Its shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The update that learns from it, counted from 1.</summary>
    public required long Update { get; init; }

    /// <summary>What is to be summarized, as the policy reads it.</summary>
    public string? Prompt { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>A human's summary.</summary>
    public string? Reference { get; init; }

    /// <summary>Who has leased it, while it is <see cref="StoryPhase.Leased"/>.</summary>
    public string? Holder { get; init; }

    /// <summary>For how much longer.</summary>
    public double? LeaseSeconds { get; init; }

    /// <summary>The rollout that wrote it.</summary>
    public string? Rollout { get; init; }

    /// <summary>When, by the rollout's clock.</summary>
    public DateTimeOffset? GeneratedAt { get; init; }

    /// <summary>The oldest policy that drew one of its tokens.</summary>
    public long? PolicyVersion { get; init; }

    /// <summary>The summary.</summary>
    public string? Summary { get; init; }

    /// <summary>Its tokens.</summary>
    public IReadOnlyList<StoryToken> Tokens { get; init; } = [];

    /// <summary>When its shard journaled the result.</summary>
    public DateTimeOffset? ScoredAt { get; init; }

    /// <summary>The score that it is trained with: the reward model's, or the penalty for one without an end.</summary>
    public double? Score { get; init; }

    /// <summary>KL from the reference policy as sampled: the sum of log π − log π_ref over its tokens, nats.</summary>
    public double? Kl { get; init; }

    /// <summary>β of the update that learned from it; null before it has.</summary>
    public double? KlCoefficient { get; init; }

    /// <summary>Score − β · KL.</summary>
    public double? Reward { get; init; }

    /// <summary>When the batch that it was trained on in was journaled; it is trained on at once.</summary>
    public DateTimeOffset? TrainedAt { get; init; }

    /// <summary>Episodes in that batch.</summary>
    public int? BatchEpisodes { get; init; }

    /// <summary>How many versions older its policy was than the one that learned from it.</summary>
    public long? Lag { get; init; }
}
