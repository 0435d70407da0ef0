namespace ActorRlhf.Actors.Learning;

/// <summary>
/// Has the learner of the same process finish the step under way, write a checkpoint if the weights are newer than the last one, and stop. A learner that has failed stops at once.
/// </summary>
public sealed record StopTraining
{
    /// <summary>The message.</summary>
    public static StopTraining Instance { get; } = new();
}
