using System.Text.Json;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Operator;

/// <summary>The run that was started last on this machine by this user. Commands of operators turn to it when they are told no other.</summary>
/// <param name="Folder">The run's folder; its <see cref="NodeFile"/>s say where its nodes are.</param>
/// <param name="Access">How its nodes are talked to; files, never a token itself.</param>
public sealed record LastRun(string Folder, OperatorAccess Access)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Where it is kept: <c>rlhf/last-run.json</c> in the user's state folder (XDG Base Directory Specification); null where there is none.</summary>
    public static string? Place
    {
        get
        {
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            if (state is not { Length: > 0 } || !Path.IsPathFullyQualified(state))
            {
                var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
                if (home.Length == 0) return null;
                state = Path.Combine(home, ".local", "state");
            }

            return Path.Combine(state, "rlhf", "last-run.json");
        }
    }

    /// <summary>Remembers that a run is started here. Where that cannot be written down it is not: the run matters more.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="network">How its nodes are on the network.</param>
    /// <param name="place">Where to; <see cref="Place"/> where null.</param>
    public static void Remember(string folder, NetworkSettings network, string? place = null)
    {
        place ??= Place;
        if (place is null) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            AtomicFile.WriteText(place, JsonSerializer.Serialize(new LastRun(Path.GetFullPath(folder), OperatorAccess.Of(network)), Json) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written.
        }
    }

    /// <summary>The run that was started last; null where none was.</summary>
    /// <param name="place">Where that is kept; <see cref="Place"/> where null.</param>
    public static LastRun? Read(string? place = null)
    {
        place ??= Place;
        try
        {
            return File.Exists(place) ? JsonSerializer.Deserialize<LastRun>(File.ReadAllText(place), Json) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
