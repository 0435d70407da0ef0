using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// How everything that an operator asks for is written: snake_case names, words for enumerations, nothing where nothing is known, NaN as the string <c>"NaN"</c>.
/// </summary>
public static class OperationsJson
{
    /// <summary>The options of writer and reader.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
