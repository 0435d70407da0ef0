namespace ActorRlhf.Cli.Commands;

/// <summary>Finds what comes with the program (configurations, the base model) from whatever folder it is started in.</summary>
public static class Home
{
    /// <summary>The launcher's name for the folder of the clone.</summary>
    public const string Variable = "RLHF_HOME";

    /// <summary>The path as it is where that exists, or else below the clone's folder where that exists.</summary>
    public static string Find(string path)
    {
        if (Path.Exists(path) || Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } home)
            return path;
        var below = Path.Combine(home, path);
        return Path.Exists(below) ? below : path;
    }
}
