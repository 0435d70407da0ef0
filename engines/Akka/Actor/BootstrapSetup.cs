using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Which provider of handles a system has: for this process alone, with remoting, or with a cluster.</summary>
public sealed class ProviderSelection
{
    private ProviderSelection(string identifier)
    {
        Identifier = identifier;
    }

    internal string Identifier { get; }

    /// <summary>Handles of this process alone.</summary>
    public static class Local
    {
        /// <summary>The only instance.</summary>
        public static readonly ProviderSelection Instance = new("local");
    }

    /// <summary>Handles of other processes too.</summary>
    public static class Remote
    {
        /// <summary>The only instance.</summary>
        public static readonly ProviderSelection Instance = new("remote");
    }

    /// <summary>Handles of other processes, which are members of a cluster.</summary>
    public static class Cluster
    {
        /// <summary>The only instance.</summary>
        public static readonly ProviderSelection Instance = new("cluster");
    }
}

/// <summary>The setup that every system begins with: its configuration and its provider.</summary>
public sealed class BootstrapSetup : Setup.Setup
{
    private BootstrapSetup(Option<Config> config, Option<ProviderSelection> actorRefProvider)
    {
        Config = config;
        ActorRefProvider = actorRefProvider;
    }

    /// <summary>The configuration, if any.</summary>
    public Option<Config> Config { get; }

    /// <summary>The provider, if not the configuration's.</summary>
    public Option<ProviderSelection> ActorRefProvider { get; }

    /// <summary>A setup that leaves everything to the defaults.</summary>
    public static BootstrapSetup Create() => new(Option<Config>.None, Option<ProviderSelection>.None);

    /// <summary>The same with a provider.</summary>
    public BootstrapSetup WithActorRefProvider(ProviderSelection name) => new(Config, name);

    /// <summary>The same with a configuration.</summary>
    public BootstrapSetup WithConfig(Config config) => new(config, ActorRefProvider);

    /// <summary>The same with a configuration below the one it has.</summary>
    public BootstrapSetup WithConfigFallback(Config config) => WithConfig(Config.HasValue ? Config.Value.WithFallback(config) : config);
}
