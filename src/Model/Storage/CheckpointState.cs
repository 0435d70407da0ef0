using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorRlhf.Model.Storage;

/// <summary>Everything a run needs besides tensors to continue where it stopped.</summary>
public sealed record CheckpointState
{
    /// <summary>Finished steps; the checkpoint's directory is named after it.</summary>
    public required long Step { get; init; }

    /// <summary>The run's seed.</summary>
    public long Seed { get; init; }

    /// <summary>How many bytes of the metrics file belong to the finished steps; what follows is dropped on resume.</summary>
    public long MetricsPosition { get; init; }

    /// <summary>States of random streams by name, as <see cref="RandomStream.Save"/> gives them.</summary>
    public IReadOnlyDictionary<string, ulong[]> RandomStates { get; init; } = new Dictionary<string, ulong[]>();

    /// <summary>Anything else, by name: the KL coefficient, the data's position, running statistics.</summary>
    public JsonObject Values { get; init; } = [];

    /// <summary>Reads one of <see cref="Values"/>; numbers come back bit for bit.</summary>
    /// <exception cref="UserErrorException">There is no such value or it is of another type: the checkpoint is of another kind of run.</exception>
    public T Value<T>(string name)
    {
        try
        {
            if (Values.TryGetPropertyValue(name, out var node) && node is not null) return node.Deserialize<T>()!;
        }
        catch (JsonException e)
        {
            throw new UserErrorException(
                $"checkpoint of step {Step}: value \"{name}\" is not a {typeof(T).Name}: {e.Message}; it belongs to another kind of run or an older version", e);
        }
        throw new UserErrorException(
            $"checkpoint of step {Step}: no value \"{name}\"; it belongs to another kind of run or an older version");
    }
}
