using System.Net.Sockets;
using ActorRlhf.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// A node's HTTP server, for other nodes and for operators. Every endpoint is behind the network's checks; <c>GET /health/live</c>, which answers as long as the
/// process does, needs no token, nor does the page.
/// </summary>
public sealed class NodeServer : IAsyncDisposable
{
    /// <summary>The most bytes that a request's body may have.</summary>
    public const long LargestBody = 1 << 20;

    private const int MostConnections = 4_096;
    private const int MostBuffered = 1 << 20; // of an answer that its reader has not taken yet; two pieces of parameters

    private readonly WebApplication _application;

    private NodeServer(WebApplication application, string address) => (_application, Address) = (application, address);

    /// <summary>Where others reach it, such as <c>https://node-7:4000</c>.</summary>
    public string Address { get; }

    /// <summary>Starts to serve.</summary>
    /// <param name="network">Where, and for whom.</param>
    /// <param name="map">Adds the endpoints, and what goes before them.</param>
    /// <param name="loggers">Where failures are logged; null for warnings and errors on standard error.</param>
    /// <exception cref="UserErrorException">The port is taken, or may not be used.</exception>
    public static async Task<NodeServer> StartAsync(ClusterNetwork network, Action<WebApplication> map, ILoggerFactory? loggers = null)
    {
        var application = Build(network, loggers);
        try
        {
            application.Use(new NodeGate(network, application.Services.GetRequiredService<ILogger<NodeServer>>()).Pass);
            application.UseRouting();
            application.MapGet(NodeGate.LivePath, () => Results.Text("ok"));
            map(application);
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new UserErrorException(FormattableString.Invariant($"HTTP cannot listen on {network.Interface}, port {network.HttpPort}: {error.Message}; ")
                + $"set {NetworkSettings.Section}.http-port to another, or to 0 for any that is free, and hostname to an address of this machine", error);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var listening = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new NodeServer(application, FormattableString.Invariant($"{network.Scheme}://{network.PublicHost}:{new Uri(listening).Port}"));
    }

    /// <summary>Stops it; what is under way is broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync(now.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(ClusterNetwork network, ILoggerFactory? loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (loggers is not null) builder.Services.AddSingleton(loggers);
        else builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxResponseBufferSize = MostBuffered;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = MostConnections;
            kestrel.Listen(network.Interface, network.HttpPort, listen =>
            {
                if (network.Certificates.Own is { } certificate) listen.UseHttps(certificate);
            });
        });
        return builder.Build();
    }

    // The server lives as long as its owner wants; a host's own lifetime would take the process's signals.
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
