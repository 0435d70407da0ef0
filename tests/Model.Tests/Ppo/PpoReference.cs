using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>The numbers of <c>reference/ppo_reference.py</c>.</summary>
internal sealed record PpoReference(
    int Vocabulary, int Width, int Heads, int Context, int EndOfText, int ResponseLength, int PolicyLayers, int ValueLayers,
    PpoReference.Episode[] Episodes,
    Dictionary<string, PpoReference.Weight> Policy, Dictionary<string, PpoReference.Weight> Value, Dictionary<string, PpoReference.Weight> Head,
    Dictionary<string, PpoReference.Case> Cases)
{
    internal sealed record Episode(int[] Query, int[] Response, float RawScore);

    internal sealed record Weight(long[] Shape, float[] Data);

    internal sealed record Options(
        double Gamma, double Lam, double PolicyClip, double ValueClip, double ValueCoefficient, double KlCoefficient, double EntropyCoefficient,
        bool WhitenRewards, bool WhitenAdvantages, double Temperature, int Epochs, double MaxGradientNorm, string Value, bool RecordedValues,
        double LearningRate, double KlTarget, double KlHorizon);

    internal sealed record Case(
        Options Options, float[][] Behaviour, float[][] Reference, float[] Scores, float[][] LogProbabilities, float[][] Values, float[][] Rewards,
        float[][] WhitenedRewards, float[][] RawAdvantages, float[][] Advantages, float[][] Returns, Dictionary<string, double> Statistics,
        double NextKlCoefficient, Dictionary<string, Weight> PolicyAfter, Dictionary<string, Weight> ValueAfter);

    internal static PpoReference Numbers { get; } = Read<PpoReference>("reference/ppo_reference.json");

    /// <summary>Names of the cases, for theories.</summary>
    internal static string[] Names => [.. Numbers.Cases.Keys];

    /// <summary>Reads a JSON file that lies beside the calling test's source.</summary>
    internal static T Read<T>(string relative, [CallerFilePath] string source = "")
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        return JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(Path.GetDirectoryName(source)!, relative)), options)!;
    }
}
