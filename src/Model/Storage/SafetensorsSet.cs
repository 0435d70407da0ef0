using System.Text.Json;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// The weights of a model directory as one set of tensors: a single <c>model.safetensors</c>, or the shards that a
/// <c>model.safetensors.index.json</c> lists (Hugging Face's layout). Shards are opened together and mapped when read.
/// </summary>
public sealed class SafetensorsSet : IDisposable
{
    /// <summary>The single file's name.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The name of the file that lists shards.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _owners = new(StringComparer.Ordinal);

    private SafetensorsSet(string path) => Path = path;

    /// <summary>The directory that was opened.</summary>
    public string Path { get; }

    /// <summary>All tensor names, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _owners.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Opens a directory's weights: the single file when there is one, the shards of the index otherwise.</summary>
    /// <exception cref="UserErrorException">There are neither, or a file is damaged, missing or not what the index says.</exception>
    public static SafetensorsSet Open(string directory)
    {
        var set = new SafetensorsSet(directory);
        try
        {
            var single = System.IO.Path.Combine(directory, SingleFile);
            var index = System.IO.Path.Combine(directory, IndexFile);
            if (File.Exists(single)) set.AddSingle(single);
            else if (File.Exists(index)) set.AddShards(directory, index);
            else throw new UserErrorException(
                $"{directory}: neither {SingleFile} nor {IndexFile} is there; give a directory that holds a model's weights");
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Whether a tensor of that name is in the set.</summary>
    public bool Contains(string name) => _owners.ContainsKey(name);

    /// <summary>The file that holds a tensor.</summary>
    /// <exception cref="UserErrorException">The set has no such tensor.</exception>
    public SafetensorsFile FileOf(string name) => _owners.TryGetValue(name, out var file)
        ? file
        : throw new UserErrorException($"{Path}: no tensor \"{name}\" among its {_owners.Count}; is this a directory of another model?");

    /// <summary>The entry of a tensor.</summary>
    /// <inheritdoc cref="FileOf"/>
    public TensorEntry this[string name] => FileOf(name)[name];

    /// <inheritdoc cref="SafetensorsFile.Read"/>
    public void Read(string name, Span<float> destination, long start = 0) => FileOf(name).Read(name, destination, start);

    /// <summary>
    /// Writes a model's weights into a directory: one <see cref="SingleFile"/> when they fit into <paramref name="maxShardBytes"/>, otherwise
    /// shards of at most that size (a larger tensor gets a shard of its own), filled in name order, and the index. Weight files of an
    /// earlier, different layout are deleted. Each file is replaced atomically, but a kill between two shards leaves a mixture of old and
    /// new ones: where that matters, write into a new directory with <see cref="AtomicDirectory"/>.
    /// </summary>
    /// <param name="directory">Must exist.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Free strings for every file's header.</param>
    /// <param name="maxShardBytes">Largest size of a shard's data, in bytes.</param>
    public static void Write(
        string directory, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null, long maxShardBytes = 5_000_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShardBytes, 1);
        var shards = Split(tensors, maxShardBytes);
        var files = shards.Count == 1
            ? [SingleFile]
            : Enumerable.Range(1, shards.Count).Select(i => $"model-{i:D5}-of-{shards.Count:D5}.safetensors").ToList();
        foreach (var (file, shard) in files.Zip(shards))
            SafetensorsWriter.Write(System.IO.Path.Combine(directory, file), shard, metadata);
        var index = System.IO.Path.Combine(directory, IndexFile);
        if (shards.Count == 1) File.Delete(index);
        else
        {
            AtomicFile.Write(index, stream => WriteIndex(stream, files, shards));
            File.Delete(System.IO.Path.Combine(directory, SingleFile));
        }
        foreach (var old in Directory.EnumerateFiles(directory, "model-*-of-*.safetensors"))
        {
            if (!files.Contains(System.IO.Path.GetFileName(old))) File.Delete(old);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private void AddSingle(string path)
    {
        var file = Add(path);
        foreach (var tensor in file.Tensors) _owners.Add(tensor.Name, file);
    }

    private void AddShards(string directory, string index)
    {
        var opened = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var (tensor, shard) in ReadIndex(index))
        {
            if (!opened.TryGetValue(shard, out var file))
            {
                if (shard.Length == 0 || shard != System.IO.Path.GetFileName(shard) || shard is "." or "..")
                    throw new UserErrorException(
                        $"{index}: \"{tensor}\" is in \"{shard}\", which is not a plain file name; shards stand beside their index");
                opened[shard] = file = Add(System.IO.Path.Combine(directory, shard));
            }
            if (!file.Contains(tensor))
                throw new UserErrorException(
                    $"{index}: \"{tensor}\" should be in {shard}, which does not have it; index and shards come from different exports: copy them again");
            _owners.Add(tensor, file);
        }
    }

    private SafetensorsFile Add(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        return file;
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("weight_map", out var map)
                && map.ValueKind == JsonValueKind.Object
                && map.EnumerateObject().All(property => property.Value.ValueKind == JsonValueKind.String))
            {
                return map.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!, StringComparer.Ordinal);
            }
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{index}: not valid JSON: {e.Message}; copy, download or export it again", e);
        }
        throw new UserErrorException($"{index}: no \"weight_map\" object of tensor names to file names; copy, download or export it again");
    }

    private static void WriteIndex(Stream stream, List<string> files, List<List<TensorSource>> shards)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", shards.Sum(shard => shard.Sum(tensor => tensor.Bytes)));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (file, shard) in files.Zip(shards))
        {
            foreach (var tensor in shard) json.WriteString(tensor.Name, file);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<List<TensorSource>> Split(IEnumerable<TensorSource> tensors, long maxShardBytes)
    {
        List<List<TensorSource>> shards = [[]];
        long size = 0;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            if (size > 0 && size + tensor.Bytes > maxShardBytes)
            {
                shards.Add([]);
                size = 0;
            }
            shards[^1].Add(tensor);
            size += tensor.Bytes;
        }
        return shards;
    }
}
