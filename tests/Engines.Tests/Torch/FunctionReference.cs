using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>The numbers of <c>reference/functions_reference.py</c>.</summary>
internal sealed record FunctionReference(
    float[] X, float[] Gelu, float[] GeluTanh, float[] LogSigmoid,
    float[][] Queries, float[][] Keys, float[][] Values, float[][] Attention, float[][] CausalAttention, float[][] MaskedAttention,
    float[][] Rows, float[] Gain, float[] Bias, double Epsilon, float[][] LayerNorm,
    float[][] Logits, long[] Classes, float[] CrossEntropies)
{
    internal static FunctionReference Numbers { get; } = Read();

    private static FunctionReference Read([CallerFilePath] string source = "")
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        var path = Path.Combine(Path.GetDirectoryName(source)!, "reference", "functions_reference.json");
        return JsonSerializer.Deserialize<FunctionReference>(File.ReadAllText(path), options)!;
    }
}
