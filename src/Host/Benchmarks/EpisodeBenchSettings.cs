using System.IO.Hashing;
using System.Text.Json;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>A run of <see cref="EpisodeBench"/>, the same for all of its processes, in a file of the run's folder.</summary>
public sealed record EpisodeBenchSettings
{
    private const string FileName = "bench.json";
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>The run's name in the journal.</summary>
    public string Run { get; init; } = "bench";

    /// <summary>The run's folder.</summary>
    public required string Directory { get; init; }

    /// <summary>As in <see cref="ClusterSettings.ConnectionString"/>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Episodes of the run.</summary>
    public required long Episodes { get; init; }

    /// <summary>Episodes in a batch.</summary>
    public int BatchSize { get; init; } = 2048;

    /// <summary>Shards of the episodes.</summary>
    public int Shards { get; init; } = 8;

    /// <summary>As in <see cref="EpisodeSettings.MaxPolicyLag"/>.</summary>
    public int MaxPolicyLag { get; init; } = 4;

    /// <summary>Batches from one checkpoint to the next.</summary>
    public int CheckpointBatches { get; init; } = 8;

    /// <summary>Tokens of every response.</summary>
    public int Tokens { get; init; } = 48;

    /// <summary>Tokens in the vocabulary: GPT-2's.</summary>
    public int Vocabulary { get; init; } = 50257;

    /// <summary>Decides responses, scores and who is killed.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Which episodes there are.</summary>
    public EpisodePlan Plan() => new() { Run = Run, TotalEpisodes = Episodes, BatchSize = BatchSize, Shards = Shards };

    /// <summary>What its nodes have in common.</summary>
    public ClusterSettings Cluster() => new()
    {
        Run = Run, Directory = Directory, ConnectionString = ConnectionString, Shards = Shards, MaxPolicyLag = MaxPolicyLag, KeepJournal = true,
    };

    /// <summary>A word for everything that the processes must agree on, 16 hexadecimal digits.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(XxHash64.Hash(JsonSerializer.SerializeToUtf8Bytes(this with { Directory = "", ConnectionString = null }, Json)));

    /// <summary>Writes the file.</summary>
    public void Save() => AtomicFile.WriteText(Path.Combine(Directory, FileName), JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>Reads the file of a run's folder.</summary>
    /// <exception cref="UserErrorException">There is none, or it cannot be read.</exception>
    public static EpisodeBenchSettings Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var read = JsonSerializer.Deserialize<EpisodeBenchSettings>(File.ReadAllText(path), Json) ?? throw new JsonException("null");
            return read with { Directory = folder };
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new UserErrorException($"{path}: {e.Message}; it is written by rlhf bench episodes", e);
        }
    }
}
