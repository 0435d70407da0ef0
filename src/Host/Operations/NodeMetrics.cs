using System.Diagnostics.Metrics;
using ActorRlhf.Actors.Operations;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// A node's figures for Prometheus, <c>GET /metrics</c>: the text format 0.0.4, or OpenMetrics where that is accepted. Instruments are of System.Diagnostics.Metrics, in meters called
/// <see cref="ActorMetrics.MeterName"/>: those that actors count with, and those here, which say what the node's <see cref="NodeReport"/> says. The runtime's own are added.
/// Every figure has the labels <c>run</c> and <c>node</c>.
/// </summary>
internal sealed class NodeMetrics : IDisposable
{
    /// <summary>Where they are.</summary>
    public const string Path = "/metrics";

    private const string RuntimeMeter = "System.Runtime";
    private const int UsualSeries = 2_000; // that OpenTelemetry keeps of an instrument; those beyond would be told as one

    private readonly NodeFigures _figures;
    private readonly Meter _meter;
    private readonly MeterProvider _provider;

    /// <summary>A node's figures.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="node">The node's.</param>
    /// <param name="shards">Shards of the run; all of them may be on this node.</param>
    /// <param name="figures">What they are.</param>
    public NodeMetrics(string run, string node, int shards, NodeFigures figures)
    {
        var most = Math.Max(UsualSeries, (shards + 1) * NodeInstruments.MostSeriesOfShard);
        _figures = figures;
        _meter = new Meter(new MeterOptions(ActorMetrics.MeterName) { Scope = this });
        new NodeInstruments(_meter, figures).Add();
        _provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(ActorMetrics.MeterName, RuntimeMeter)
            .AddView(instrument => IsForeign(instrument) ? MetricStreamConfiguration.Drop
                : instrument.Meter.Scope == this && most > UsualSeries ? new MetricStreamConfiguration { CardinalityLimit = most } : null)
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddAttributes([new("run", run), new("node", node)]))
            .AddPrometheusExporter(exporter =>
            {
                exporter.ResourceConstantLabels = _ => true;
                exporter.ScopeInfoEnabled = false;
                exporter.TargetInfoEnabled = false;
                exporter.ScrapeResponseCacheDurationMilliseconds = 0; // the report is shared already
            })
            .Build();
    }

    /// <summary>Adds the endpoint. The figures end with the application.</summary>
    public void Map(WebApplication application)
    {
        application.MapPrometheusScrapingEndpoint(
            Path,
            _provider,
            branch => branch.Use(async (_, next) =>
            {
                await _figures.Refresh().ConfigureAwait(false);
                await next().ConfigureAwait(false);
            }),
            optionsName: null);
        application.Lifetime.ApplicationStopped.Register(Dispose);
    }

    // Of another node of this process; or called as Prometheus calls a part of a histogram, as three of the runtime's are.
    private bool IsForeign(Instrument instrument) =>
        (instrument.Meter.Scope is NodeMetrics other && other != this) || instrument.Name.EndsWith(".count", StringComparison.Ordinal);

    /// <summary>Ends them.</summary>
    public void Dispose()
    {
        _provider.Dispose();
        _meter.Dispose();
    }
}
