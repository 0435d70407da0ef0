using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Nodes;

/// <summary>A node's name in a run's folder, which one process at a time has.</summary>
internal static class NodeName
{
    /// <summary>Takes a name until the result is disposed or the process ends.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="UserErrorException">Another process has it.</exception>
    public static IDisposable Hold(string run, string name)
    {
        var file = NodeFile.PathOf(run, name);
        var path = Path.Combine(Path.GetDirectoryName(file)!, $".{name}.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (FileLock.TryTake(path) is { } held) return held;
        var holder = NodeFile.All(run).FirstOrDefault(node => node.Name == name);
        throw new UserErrorException(
            $"{run}: {(holder is null ? "another process" : FormattableString.Invariant($"process {holder.ProcessId}"))} is its node {name} already; "
            + "give this one another name with --name, or stop that one");
    }
}
