using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Operations;

/// <summary>What an update measured.</summary>
/// <param name="Statistics">Its own figures.</param>
/// <param name="Lag">How many versions the policies that sampled the batch were older than the one that learned from it, on average.</param>
public sealed record UpdateFigures(PpoStatistics Statistics, double Lag);
