namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>A question to the operator at the foot of the screen.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Question">The question.</param>
/// <param name="Text">What the operator has typed so far.</param>
public sealed record WatchPrompt(WatchPromptKind Kind, string Question, string Text = "");

/// <summary>What the operator is asked about.</summary>
public enum WatchPromptKind
{
    /// <summary>Why training is to pause.</summary>
    Pause,

    /// <summary>Why it is to go on.</summary>
    Resume,

    /// <summary>Which node is to begin nothing more.</summary>
    Drain,
}
