namespace ActorRlhf.Host.Operations;

/// <summary>A token of a summary.</summary>
/// <param name="Id">The token.</param>
/// <param name="Text">What it stands for; bytes that are no text of their own as U+FFFD.</param>
/// <param name="LogProbability">Under the policy that drew it, nats.</param>
/// <param name="Reference">Under the reference policy, nats.</param>
public sealed record StoryToken(int Id, string Text, double LogProbability, double Reference);
