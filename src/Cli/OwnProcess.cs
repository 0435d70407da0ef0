using System.Diagnostics;

namespace ActorRlhf.Cli;

/// <summary>The program itself, in another process.</summary>
public static class OwnProcess
{
    /// <summary>How to start it with a command line; what is redirected is the caller's to say.</summary>
    public static ProcessStartInfo With(params IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        foreach (var word in words) start.ArgumentList.Add(word);
        return start;
    }
}
