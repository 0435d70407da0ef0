using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Commands;

/// <summary>How every run begins.</summary>
public static class RunStart
{
    /// <summary>Opens the run's folder and says with which settings it runs.</summary>
    /// <exception cref="UserErrorException">The folder is in use, or of another run.</exception>
    public static RunDirectory Open(OperatorConsole console, string path, RunConfiguration configuration)
    {
        var directory = RunDirectory.Open(path, configuration);
        if (directory.IsNew)
            console.Error.Write(configuration.Text);
        else
            console.Error.WriteLine($"{path}: going on with the run there; {directory.ConfigPath} has its settings");
        return directory;
    }
}
