using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Host.Nodes;

/// <summary>How a node sees its run: <c>GET /status</c>.</summary>
public sealed record NodeStatus
{
    /// <summary>The <see cref="Phase"/> of a learner that should have answered for a while and has not.</summary>
    public const string Silent = "silent";

    /// <summary>The <see cref="Phase"/> of a learner that waits for an operator.</summary>
    public const string Paused = "paused";

    /// <summary>How long after its last word the learner counts as silent.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(8); // a question that was lost is asked again before
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The run's name.</summary>
    public required string Run { get; init; }

    /// <summary>The members of the cluster that are up, by their addresses.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    /// <summary>Its own address among them.</summary>
    public string? Address { get; init; }

    /// <summary>The member that has the learner; null where it has not been heard of yet.</summary>
    public string? Learner { get; init; }

    /// <summary>What the learner is doing, in a word, or <see cref="Silent"/>; null where it has not been heard of yet.</summary>
    public string? Phase { get; init; }

    /// <summary>Why it is paused or silent, or has failed.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Batches of the run.</summary>
    public long Batches { get; init; }

    /// <summary>Batches that are trained.</summary>
    public long Version { get; init; }

    /// <summary>Batches in the last checkpoint.</summary>
    public long CheckpointVersion { get; init; }

    /// <summary>Batches in the newest checkpoint that this node has itself, where it stands by for the learner; null elsewhere.</summary>
    public long? StandbyVersion { get; init; }

    /// <summary>Episodes of the run.</summary>
    public long TotalEpisodes { get; init; }

    /// <summary>Episodes that are trained.</summary>
    public long TrainedEpisodes { get; init; }

    /// <summary>The node's last warnings and errors, the latest last.</summary>
    public IReadOnlyList<string> Troubles { get; init; } = [];

    /// <summary>The status with what the learner has said.</summary>
    /// <param name="learner">Its last words.</param>
    /// <param name="silence">How long ago they were.</param>
    /// <param name="batchSize">Episodes in a batch.</param>
    public NodeStatus With(LearnerStatus learner, TimeSpan silence, int batchSize) => this with
    {
        Phase = silence < Patience ? learner.Phase.ToString().ToLowerInvariant() : Silent,
        Reason = silence < Patience ? learner.Reason : string.Create(CultureInfo.InvariantCulture, $"the learner has not answered for {silence.TotalSeconds:0} s"),
        Batches = learner.Batches,
        Version = learner.Version,
        CheckpointVersion = learner.CheckpointVersion,
        TrainedEpisodes = Math.Min(learner.Version * batchSize, TotalEpisodes),
    };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Asks a node; null where it does not answer.</summary>
    public static async Task<NodeStatus?> AskAsync(HttpClient http, string address, CancellationToken stop)
    {
        try
        {
            return await http.GetFromJsonAsync<NodeStatus>(new Uri($"{address.TrimEnd('/')}/status"), Json, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            return null;
        }
    }
}
