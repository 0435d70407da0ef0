using System.ComponentModel.DataAnnotations;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Settings;

/// <summary>A record with a property of every kind that configuration can give.</summary>
public sealed record SampleSettings
{
    public string Name { get; init; } = "sample";

    public bool Verbose { get; init; } = true;

    [Range(1, 1000)]
    public int Epochs { get; init; } = 4;

    [Range(1L, long.MaxValue)]
    public long TotalEpisodes { get; init; } = 1_000_000;

    // Bounds written as integers on a double: the attribute's own check would round 1.4 to 1 and let it pass.
    [Range(0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double KlCoefficient { get; init; } = 0.05;

    [Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    public float Temperature { get; init; } = 1;

    public decimal Price { get; init; } = 1.10m;

    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(90);

    public long CacheBytes { get; init; } = 64L << 20;

    public SampleKind Kind { get; init; }

    public int? TopK { get; init; }

    public string? Note { get; init; }

    [Range(1, 8)]
    public IReadOnlyList<int> Widths { get; init; } = [1, 2];

    public string[] Tags { get; init; } = [];

    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    public SampleOptimizer Optimizer { get; init; } = new() { LearningRate = 3e-4 };

    public SampleOptimizer? ValueOptimizer { get; init; }

    public IReadOnlyList<SampleTask> Tasks { get; init; } = [];

    public string Computed => Name + Epochs;
}

public enum SampleKind
{
    Fixed,

    AdaptiveKl,
}

public sealed record SampleOptimizer
{
    [Range(0.0, 1.0)]
    public double LearningRate { get; init; } = 1e-3;

    public double Beta1 { get; init; } = 0.9;
}

public sealed record SampleTask
{
    public required string Format { get; init; }

    public int Length { get; init; } = 48;
}

public sealed record SampleShape
{
    public int Width { get; init; } = 8;

    public int Heads { get; init; } = 2;

    public void Validate()
    {
        if (Width % Heads != 0)
            throw new UserErrorException($"heads = {Heads} does not divide width = {Width}");
    }
}
