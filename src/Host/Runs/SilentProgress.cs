namespace ActorRlhf.Host.Runs;

/// <summary>Shows nothing: for a library call or a test that nobody watches.</summary>
public sealed class SilentProgress : IRunProgress
{
    private SilentProgress()
    {
    }

    /// <summary>The one instance.</summary>
    public static SilentProgress Instance { get; } = new();

    /// <inheritdoc/>
    public void Report(RunProgress progress)
    {
    }

    /// <inheritdoc/>
    public void Note(string line)
    {
    }
}
