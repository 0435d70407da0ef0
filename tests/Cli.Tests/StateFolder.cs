using System.Runtime.CompilerServices;

namespace ActorRlhf.Cli.Tests;

/// <summary>The tests' runs, and those of the processes that they start, are not the user's last ones.</summary>
internal static class StateFolder
{
    [ModuleInitializer]
    internal static void Use()
    {
        var folder = Directory.CreateTempSubdirectory("rlhf-test-state-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", folder);
        foreach (var name in (string[])["RLHF_NODE", "RLHF_TOKEN", "RLHF_TOKEN_FILE", "RLHF_TRUST"]) Environment.SetEnvironmentVariable(name, null);
    }
}
