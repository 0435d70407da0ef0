using System.Text.Json.Serialization;

namespace ActorRlhf.Host.Operations;

/// <summary>The answer to something that an operator wants done: one of the two is there.</summary>
/// <param name="Done">What was done.</param>
/// <param name="Error">Why it was not.</param>
public sealed record ActionAnswer(string? Done = null, string? Error = null)
{
    /// <summary>The status code of HTTP that goes with it.</summary>
    [JsonIgnore]
    public int Status { get; init; } = 200;
}
