namespace ActorRlhf.Host.Runs;

/// <summary>Where a long run says how far it is. A run reports to it without knowing who shows it: a terminal, a log, nobody.</summary>
/// <remarks>Calls come from any thread, as often as the run likes; what is shown, and how often, is the implementation's business.</remarks>
public interface IRunProgress
{
    /// <summary>Says how far the run is. A report with another <see cref="RunProgress.Phase"/> than the last begins a new phase.</summary>
    void Report(RunProgress progress);

    /// <summary>Says something worth keeping on the screen: a checkpoint written, an evaluation's result.</summary>
    /// <param name="line">One line, without control codes.</param>
    void Note(string line);
}
