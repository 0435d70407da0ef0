using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Host.Nodes;

/// <summary>Says once that training has been paused, by whomever, and once that it goes on: a run that stands still must not look like one that hangs.</summary>
/// <param name="progress">Where it says so.</param>
public sealed class PauseNotice(IRunProgress progress)
{
    private string? _reason;

    /// <summary>Takes in what the learner says of itself.</summary>
    public void Hear(LearnerStatus status)
    {
        if (status.Phase is LearnerPhase.Training or LearnerPhase.Paused) Hear(status.Phase == LearnerPhase.Paused ? status.Reason : null);
    }

    /// <summary>Takes in how training is.</summary>
    /// <param name="reason">Why it is paused; null where it is not.</param>
    public void Hear(string? reason)
    {
        if (reason == _reason) return;
        _reason = reason;
        progress.Note(reason is null ? "training goes on" : $"training is paused: {reason} (rlhf resume goes on, rlhf watch shows more)");
    }
}
