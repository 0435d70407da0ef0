namespace ActorRlhf.Host.Runs;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">The step of its phase that the figures belong to.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Phase">The part of the run: <c>sft</c>, <c>reward</c>, <c>ppo</c>.</param>
/// <param name="Metrics">Figures by name. A figure may be NaN or infinite: a diverged loss is a fact worth keeping.</param>
public sealed record MetricsRecord(long Step, DateTimeOffset Time, string Phase, IReadOnlyDictionary<string, double> Metrics);
