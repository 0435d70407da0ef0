using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// One checkpoint: a directory with <c>model.safetensors</c> (all networks, float32, keys <c>network/tensor</c>),
/// <c>optimizer.safetensors</c> (keys <c>optimizer/tensor</c>), <c>state.json</c>, and <c>SHA256SUMS</c> over the three, which
/// <c>sha256sum -c</c> checks too. Directories of checkpoints are <see cref="CheckpointStore"/>'s.
/// </summary>
public static class Checkpoint
{
    private const string ModelFile = "model.safetensors";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string StateFile = "state.json";
    private const string SumsFile = "SHA256SUMS";
    private const int FormatVersion = 1;
    private static readonly string[] Files = [ModelFile, OptimizerFile, StateFile];
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, AllowDuplicateProperties = false };

    /// <summary>The files of every checkpoint.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [.. Files, SumsFile];

    /// <summary>Writes a checkpoint; the directory appears complete or not at all, and replaces one of the same name.</summary>
    /// <exception cref="UserErrorException">A tensor holds a NaN or an infinity: such a state is not worth returning to.</exception>
    /// <exception cref="IOException">The device is full or fails.</exception>
    public static void Save(string directory, CheckpointState state, CheckpointContent content)
    {
        var networks = Sources(content.Networks);
        var optimizers = Sources(content.Optimizers);
        AtomicDirectory.Write(directory, temporary =>
        {
            var metadata = new Dictionary<string, string> { ["format"] = "pt" };
            string[] sums =
            [
                WriteFile(temporary, ModelFile, stream => SafetensorsWriter.Write(stream, networks, metadata)),
                WriteFile(temporary, OptimizerFile, stream => SafetensorsWriter.Write(stream, optimizers, metadata)),
                WriteFile(temporary, StateFile, stream => WriteState(stream, state)),
            ];
            File.WriteAllLines(Path.Combine(temporary, SumsFile), sums);
        });
    }

    /// <summary>
    /// Loads a checkpoint's tensors into the networks and optimizers of <paramref name="into"/>; it may hold more than are asked for. Nothing
    /// is changed unless all of it fits.
    /// </summary>
    /// <exception cref="UserErrorException">
    /// The checkpoint is damaged, lacks a network, has tensors of other names or shapes, or holds a NaN or an infinity.
    /// </exception>
    public static CheckpointState Load(string directory, CheckpointContent into)
    {
        var damage = Damage(directory);
        if (damage is not null) throw new UserErrorException($"{directory}: {damage}; use another checkpoint");
        return LoadUndamaged(directory, into);
    }

    /// <summary>Reads a checkpoint's state without its tensors.</summary>
    /// <exception cref="UserErrorException">The state is missing or not readable.</exception>
    public static CheckpointState ReadState(string directory)
    {
        var path = Path.Combine(directory, StateFile);
        try
        {
            var root = JsonSerializer.Deserialize<JsonObject>(File.ReadAllBytes(path), Json);
            if (root?["version"]?.Deserialize<int>() is not FormatVersion)
                throw new UserErrorException(
                    $"{path}: version {root?["version"]?.ToJsonString() ?? "missing"}, this program reads {FormatVersion}; use the program version that wrote it");
            return root["state"].Deserialize<CheckpointState>() ?? throw new JsonException("\"state\" is missing");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: no readable state: {e.Message}; use another checkpoint", e);
        }
    }

    /// <summary>Compares all files with their checksums.</summary>
    /// <returns>What is wrong, or null when the checkpoint is as it was written.</returns>
    public static string? Damage(string directory)
    {
        try
        {
            var sums = ReadSums(directory);
            foreach (var file in Files)
            {
                using var stream = File.OpenRead(Path.Combine(directory, file));
                var digest = Convert.ToHexStringLower(SHA256.HashData(stream));
                if (!sums.TryGetValue(file, out var expected)) return $"{SumsFile} has no line for {file}";
                if (digest != expected) return $"{file} is damaged (SHA-256 {digest[..12]}…, written as {Shorten(expected)})";
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Like <see cref="Damage"/>, but looks only at what costs no reading of weights: files, headers and lengths.</summary>
    internal static bool LooksComplete(string directory)
    {
        try
        {
            if (!Files.All(ReadSums(directory).ContainsKey)) return false;
            SafetensorsFile.Open(Path.Combine(directory, ModelFile)).Dispose();
            SafetensorsFile.Open(Path.Combine(directory, OptimizerFile)).Dispose();
            ReadState(directory);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UserErrorException)
        {
            return false;
        }
    }

    internal static CheckpointState LoadUndamaged(string directory, CheckpointContent into)
    {
        var state = ReadState(directory);
        using var model = SafetensorsFile.Open(Path.Combine(directory, ModelFile));
        using var optimizer = SafetensorsFile.Open(Path.Combine(directory, OptimizerFile));
        var load = new TensorLoad();
        foreach (var (name, network) in into.Networks) Plan(load, model, "network", name, network);
        foreach (var (name, moments) in into.Optimizers) Plan(load, optimizer, "optimizer", name, moments);
        load.Run();
        return state;
    }

    private static void Plan(TensorLoad load, SafetensorsFile file, string kind, string owner, INamedTensors into)
    {
        const string Remedy = "resume with the model settings the run began with, or start a new run";
        var prefix = owner + "/";
        var stored = file.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (stored.Count == 0 && into.Names.Count > 0)
        {
            var there = file.Tensors.Select(tensor => tensor.Name[..Math.Max(tensor.Name.IndexOf('/'), 0)]).Distinct();
            throw new UserErrorException($"{file.Path}: no {kind} \"{owner}\" (it has: {string.Join(", ", there)}); {Remedy}");
        }
        foreach (var name in into.Names) load.Plan(file, prefix + name, into, name, Remedy);
        var extra = stored.FirstOrDefault(tensor => !into.Names.Contains(tensor.Name[prefix.Length..], StringComparer.Ordinal));
        if (extra is not null)
            throw new UserErrorException(
                $"{file.Path}: tensor \"{extra.Name}\" {TensorEntry.Format(extra.Shape)} has no place in this model; {Remedy}");
    }

    private static List<TensorSource> Sources(IReadOnlyDictionary<string, INamedTensors> owners)
    {
        var sources = new List<TensorSource>();
        foreach (var (owner, tensors) in owners)
        {
            if (owner.Length == 0 || owner.Contains('/'))
                throw new ArgumentException($"\"{owner}\" cannot name a network: it is empty or has a slash");
            foreach (var name in tensors.Names)
                sources.Add(FiniteTensors.Source(tensors, name, $"{owner}/{name}", TensorDtype.F32));
        }
        return sources;
    }

    /// <summary>Writes a file and returns its line for <see cref="SumsFile"/>.</summary>
    private static string WriteFile(string directory, string name, Action<Stream> write)
    {
        using var file = new FileStream(Path.Combine(directory, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        using var digest = new DigestStream(file);
        write(digest);
        return $"{digest.Digest()}  {name}";
    }

    private static void WriteState(Stream stream, CheckpointState state)
    {
        var root = new JsonObject { ["version"] = FormatVersion, ["state"] = JsonSerializer.SerializeToNode(state, Json) };
        stream.Write(Encoding.UTF8.GetBytes(root.ToJsonString(Json) + "\n"));
    }

    private static Dictionary<string, string> ReadSums(string directory) => File.ReadAllLines(Path.Combine(directory, SumsFile))
        .Select(line => line.Split("  ", 2))
        .Where(parts => parts.Length == 2)
        .GroupBy(parts => parts[1], StringComparer.Ordinal)
        .ToDictionary(line => line.Key, line => line.Last()[0], StringComparer.Ordinal);

    private static string Shorten(string digest) => digest.Length > 12 ? digest[..12] + "…" : digest;
}
