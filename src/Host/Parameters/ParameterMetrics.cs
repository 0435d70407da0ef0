using System.Diagnostics.Metrics;
using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Host.Parameters;

/// <summary>What travels of parameters, for whoever listens to the meter <see cref="ActorMetrics.MeterName"/>.</summary>
internal static class ParameterMetrics
{
    private static readonly Meter Meter = new(ActorMetrics.MeterName);

    /// <summary>How long a version takes to come.</summary>
    public static Histogram<double> Fetch { get; } = Meter.CreateHistogram(
        "rlhf.parameters.fetch.duration", "s", "Time in which a version of the parameters came to the node.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });

    /// <summary>Bytes of versions that have come.</summary>
    public static Counter<long> Received { get; } = Meter.CreateCounter<long>("rlhf.parameters.received", "By", "Bytes of parameters that the node has fetched.");

    /// <summary>Bytes sent to other nodes.</summary>
    public static Counter<long> Sent { get; } = Meter.CreateCounter<long>("rlhf.parameters.sent", "By", "Bytes of parameters that the node has sent to others.");
}
