namespace ActorRlhf.Host.Operations;

/// <summary>What holds the run up most, now: <c>GET /api/why</c>.</summary>
public sealed record Bottleneck
{
    /// <summary>The run's name.</summary>
    public required string Run { get; init; }

    /// <summary>When it was looked for.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it is; null where the run stands still for another reason, which <see cref="Verdict"/> says.</summary>
    public Stage? Stage { get; init; }

    /// <summary>The same in a sentence, with what to do about it.</summary>
    public required string Verdict { get; init; }

    /// <summary>The stages of the work, the busiest first.</summary>
    public required IReadOnlyList<StageLoad> Stages { get; init; }

    /// <summary>What else slows the run.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A stage that every episode goes through.</summary>
public enum Stage
{
    /// <summary>Rollouts write summaries.</summary>
    Generation,

    /// <summary>Scorers score them.</summary>
    Scoring,

    /// <summary>The learner takes its steps.</summary>
    Learning,

    /// <summary>Results and batches are written to the journal.</summary>
    Database,

    /// <summary>New versions of the policy get to the rollouts.</summary>
    Parameters,
}

/// <summary>How loaded a stage is.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Load">The share of the last half minute that it was at work, or that others waited for it: 1 is all it can do.</param>
/// <param name="Numbers">What that is made of.</param>
/// <param name="Knob">What makes it faster.</param>
public sealed record StageLoad(Stage Stage, double Load, string Numbers, string Knob);
