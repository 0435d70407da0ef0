namespace Akka.Configuration;

/// <summary>What can be asked of a <see cref="Config"/> that may be null.</summary>
public static class ConfigExtensions
{
    /// <summary><see cref="Config.WithFallback"/> that takes a missing or identical configuration in its stride.</summary>
    public static Config? SafeWithFallback(this Config? config, Config? fallback) =>
        config is null ? fallback : ReferenceEquals(config, fallback) ? config : config.WithFallback(fallback);

    /// <summary>Whether there is nothing in it.</summary>
    public static bool IsNullOrEmpty(this Config? config) => config is null || config.IsEmpty;
}
