using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Actors.Learning;

/// <summary>A step could not be taken, and training waits: an operator can have it go on from the last checkpoint.</summary>
/// <param name="alarm">What happened.</param>
/// <param name="cause">What it was noticed by.</param>
public sealed class TrainingStoppedException(Alarm alarm, Exception cause) : Exception(alarm.Message, cause)
{
    /// <summary>What happened.</summary>
    public Alarm Alarm { get; } = alarm;
}
