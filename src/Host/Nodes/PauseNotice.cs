namespace ActorRlhf.Host.Nodes;

/// <summary>Says once that training has been paused, by whom ever, and once that it goes on: a run that stands still must not look like one that hangs.</summary>
public sealed class PauseNotice
{
    private string? _reason;

    /// <summary>Takes in how training is.</summary>
    /// <param name="reason">Why it is paused; null where it is not.</param>
    /// <returns>What to tell; null where nothing has changed.</returns>
    public string? Hear(string? reason)
    {
        if (reason == _reason) return null;
        _reason = reason;
        return reason is null ? "training goes on" : $"training is paused: {reason} (rlhf resume goes on, rlhf watch shows more)";
    }
}
