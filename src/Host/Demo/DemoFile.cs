using System.Text.Json;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Demo;

/// <summary>Reads what a demo run wrote at its end.</summary>
internal static class DemoFile
{
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static T Read<T>(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"{path}: no such file; the run has not come to its end, so continue it with rlhf demo --out {Path.GetDirectoryName(path)}");
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), DemoResult.Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: damaged ({e.Message}); delete it and continue the run with rlhf demo --out {Path.GetDirectoryName(path)}", e);
        }
    }
}
