using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Actors.Learning;

/// <summary>
/// The weights and what changes them. It is made, used and disposed on the learner's own thread. What <see cref="Train"/> does follows from the weights and the batch
/// alone: after a crash the same batches are trained on again from the last checkpoint.
/// </summary>
public interface ITrainer : IDisposable
{
    /// <summary>Loads the newest checkpoint that can be read, or begins a run. The journal goes back to the last but one; so must the checkpoints.</summary>
    /// <returns>How many batches it has learned from; 0 at the beginning.</returns>
    long Load();

    /// <summary>The alarms that there are after the last batch. Where one stops (<see cref="Alarm.Stops"/>), the next batch waits until somebody resumes training.</summary>
    IReadOnlyList<Alarm> Alarms { get; }

    /// <summary>Takes in what an operator has decided: a setting that counts from the next batch on, or alarms that do not stop it.</summary>
    /// <param name="steering">What.</param>
    /// <param name="isPast">Whether the loaded weights have been trained with it already.</param>
    void Steer(Steering steering, bool isPast);

    /// <summary>Learns from a batch.</summary>
    /// <exception cref="TrainingStoppedException">The step could not be taken. The weights are of no more use; the last checkpoint's are.</exception>
    void Train(BatchFormed batch);

    /// <summary>Writes the weights to the disk, such that <see cref="Load"/> finds them whole or not at all.</summary>
    /// <param name="version">How many batches they have learned from.</param>
    void Checkpoint(long version);
}
