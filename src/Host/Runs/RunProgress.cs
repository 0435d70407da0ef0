namespace ActorRlhf.Host.Runs;

/// <summary>How far a run is.</summary>
/// <param name="Phase">What it is doing, in a word or two: <c>sft</c>, <c>evaluate</c>.</param>
/// <param name="Done">Units done so far. A resumed run starts above zero.</param>
/// <param name="Total">Units in all; zero or less when nobody knows.</param>
/// <param name="Unit">What is counted, in the plural: <c>steps</c>, <c>episodes</c>, <c>tokens</c>.</param>
/// <param name="Metrics">The figures of the moment as text: <c>loss 3.21, lr 1.0e-4</c>. May be empty.</param>
public sealed record RunProgress(string Phase, long Done, long Total, string Unit, string Metrics = "");
