using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Model.Generation;

/// <summary>
/// How responses are drawn. The defaults are the paper's: the plain distribution at temperature 1, at most 48 tokens (Stiennon et al.
/// 2020).
/// </summary>
public sealed record SamplingSettings
{
    /// <summary>Logits are divided by it before the softmax.</summary>
    [Range(0.01, 100.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Only this many of the likeliest tokens can be drawn (Fan et al. 2018); 0 for all.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; init; }

    /// <summary>
    /// Only the smallest set of likeliest tokens whose probabilities, after <see cref="TopK"/>, add up to at least this much can be
    /// drawn (Holtzman et al. 2019); 1 for all.
    /// </summary>
    [Range(1e-6, 1.0)]
    public double TopP { get; init; } = 1;

    /// <summary>Takes the likeliest token (the first among equals) instead of drawing one: the papers' temperature 0.</summary>
    public bool Greedy { get; init; }

    /// <summary>Tokens of a response at most, end-of-text included.</summary>
    [Range(1, 1_000_000)]
    public int MaxResponseTokens { get; init; } = 48;

    /// <summary>Sequences decoded side by side.</summary>
    [Range(1, 4_096)]
    public int Slots { get; init; } = 32;

    /// <summary>Threads that decode on the CPU; 0 for as many as there are processors.</summary>
    [Range(0, 1_024)]
    public int Threads { get; init; }
}
