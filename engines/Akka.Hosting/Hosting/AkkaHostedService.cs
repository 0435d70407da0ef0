using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>
/// Starts the actor system with the host, ends it through <see cref="CoordinatedShutdown"/> when the host stops, and stops the host when the system
/// ends first.
/// </summary>
public class AkkaHostedService(
    AkkaConfigurationBuilder configurationBuilder, IServiceProvider serviceProvider, ILogger<AkkaHostedService> logger, IHostApplicationLifetime? applicationLifetime)
    : IHostedService
{
    private CoordinatedShutdown? _shutdown;

    /// <inheritdoc/>
    public virtual async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var system = serviceProvider.GetRequiredService<ActorSystem>();
            _shutdown = CoordinatedShutdown.Get(system);
            await configurationBuilder.StartAsync(system).ConfigureAwait(false);
            _ = StopHostAfter(system);
        }
        catch (Exception e)
        {
            logger.LogCritical(e, "Unable to start AkkaHostedService - shutting down application");
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public virtual Task StopAsync(CancellationToken cancellationToken) => _shutdown?.Run(CoordinatedShutdown.ClrExitReason.Instance) ?? Task.CompletedTask;

    private async Task StopHostAfter(ActorSystem system)
    {
        await system.WhenTerminated.ConfigureAwait(false);
        // Whoever started the process has to learn that it was put out of the cluster.
        if (_shutdown!.ShutdownReason is CoordinatedShutdown.ClusterDowningReason or CoordinatedShutdown.ClusterLeavingReason) Environment.ExitCode = -1;
        applicationLifetime?.StopApplication();
    }
}
