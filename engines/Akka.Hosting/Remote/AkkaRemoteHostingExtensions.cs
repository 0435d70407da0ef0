using Akka.Actor;
using Akka.Hosting;

namespace Akka.Remote.Hosting;

/// <summary>Remoting as a builder has it.</summary>
public static class AkkaRemoteHostingExtensions
{
    /// <summary>Has the system reach others, and others reach it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="hostname">The interface to listen on.</param>
    /// <param name="port">The port to listen on; 0 for any free one.</param>
    /// <param name="publicHostname">The name that others reach this system by, if it is another.</param>
    /// <param name="publicPort">The port that others reach this system by, if it is another.</param>
    public static AkkaConfigurationBuilder WithRemoting(
        this AkkaConfigurationBuilder builder, string? hostname = null, int? port = null, string? publicHostname = null, int? publicPort = null) =>
        builder.WithRemoting(new RemoteOptions { HostName = hostname, Port = port, PublicHostName = publicHostname, PublicPort = publicPort });

    /// <summary>Has the system reach others, and others reach it.</summary>
    public static AkkaConfigurationBuilder WithRemoting(this AkkaConfigurationBuilder builder, Action<RemoteOptions> configure)
    {
        var options = new RemoteOptions();
        configure(options);
        return builder.WithRemoting(options);
    }

    /// <summary>Has the system reach others, and others reach it.</summary>
    public static AkkaConfigurationBuilder WithRemoting(this AkkaConfigurationBuilder builder, RemoteOptions options)
    {
        builder.AddHocon(options.ToHocon(), HoconAddMode.Prepend);
        // A cluster's members have remoting too, in whichever order the two are asked for.
        var isCluster = builder.ActorRefProvider.HasValue && builder.ActorRefProvider.Value == ProviderSelection.Cluster.Instance;
        return isCluster ? builder : builder.WithActorRefProvider(ProviderSelection.Remote.Instance);
    }
}
