namespace ActorRlhf.Host.Operations;

/// <summary>A summary of a batch that was trained on lately: one of <c>GET /api/samples</c>.</summary>
public sealed record SampleReport
{
    /// <summary>The episode.</summary>
    public required long Episode { get; init; }

    /// <summary>The update that learned from it, counted from 1.</summary>
    public required long Update { get; init; }

    /// <summary>The policy that wrote it.</summary>
    public required long Version { get; init; }

    /// <summary>What it was to be written of: the whole query, as the policy read it.</summary>
    public required string Prompt { get; init; }

    /// <summary>The policy's summary.</summary>
    public required string Summary { get; init; }

    /// <summary>The human's; null where there is none.</summary>
    public string? Reference { get; init; }

    /// <summary>The score that the summary was trained with: the reward model's, or the penalty for one without an end.</summary>
    public required double Score { get; init; }

    /// <summary>The reward model's score of <see cref="Reference"/>; null where that is not known.</summary>
    public double? ReferenceScore { get; init; }

    /// <summary>KL from the reference policy as sampled, nats.</summary>
    public required double Kl { get; init; }
}
