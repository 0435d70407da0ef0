using System.Diagnostics.Metrics;

namespace ActorRlhf.Actors.Operations;

/// <summary>What actors measure while they work, for whoever listens to the meter <see cref="MeterName"/>. Where nobody does, it costs next to nothing.</summary>
public static class ActorMetrics
{
    /// <summary>The name of all meters of this program.</summary>
    public const string MeterName = "ActorRlhf";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>How long an event takes to be written to the journal, the wait for its turn included; by the class of the actor, <c>type</c>.</summary>
    internal static Histogram<double> JournalWrite { get; } = Duration(
        "rlhf.journal.write.duration", "Time from an actor's wish to write an event to the journal until it is on the disk.", [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);

    /// <summary>Tokens that rollouts have drawn.</summary>
    internal static Counter<long> GeneratedTokens { get; } = Meter.CreateCounter<long>("rlhf.generation.tokens", "{token}", "Tokens drawn by the node's rollout.");

    /// <summary>Responses that rollouts have finished.</summary>
    internal static Counter<long> GeneratedEpisodes { get; } = Meter.CreateCounter<long>("rlhf.generation.episodes", "{episode}", "Responses finished by the node's rollout.");

    /// <summary>How long a batch takes to be scored.</summary>
    internal static Histogram<double> ScoringBatch { get; } = Duration(
        "rlhf.scoring.batch.duration", "Time in which the node's scorer scores a batch.", [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);

    /// <summary>Episodes that scorers have scored.</summary>
    internal static Counter<long> ScoredEpisodes { get; } = Meter.CreateCounter<long>("rlhf.scoring.episodes", "{episode}", "Episodes scored by the node's scorer.");

    /// <summary>How long the learner takes for an update.</summary>
    internal static Histogram<double> TrainingUpdate { get; } = Duration(
        "rlhf.training.update.duration", "Time in which the learner learns from a batch.", [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250]);

    private static Histogram<double> Duration(string name, string description, double[] bounds) =>
        Meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
