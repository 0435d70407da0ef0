using System.Text.Json;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Nodes;

/// <summary>Where a node of this machine is, in a file of the run's folder while it runs. After a kill it stays until the node's next start.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Address">Its control port, an HTTP address.</param>
/// <param name="Member">Its address in the cluster.</param>
public sealed record NodeFile(string Name, int ProcessId, IReadOnlyList<string> Roles, string Address, string Member = "")
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>The file of a node.</summary>
    public static string PathOf(string run, string name) => Path.Combine(run, "nodes", $"{name}.json");

    /// <summary>Every node that a run's folder knows of.</summary>
    public static IReadOnlyList<NodeFile> All(string run)
    {
        var folder = Path.GetDirectoryName(PathOf(run, ""))!;
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read).OfType<NodeFile>()] : [];
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Json) + "\n");
    }

    private static NodeFile? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<NodeFile>(File.ReadAllText(path), Json);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null; // gone meanwhile
        }
    }
}
