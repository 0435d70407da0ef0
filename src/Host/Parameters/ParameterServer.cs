using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Parameters;

/// <summary>A server of parameters alone, over HTTP on the loopback interface, for processes of one machine.</summary>
public sealed class ParameterServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ParameterServer(WebApplication application, string address) => (_application, Address) = (application, address);

    /// <summary>Where it serves, such as <c>http://127.0.0.1:4000</c>.</summary>
    public string Address { get; }

    /// <summary>Starts to serve what a store has, on a free port.</summary>
    /// <param name="store">The versions; it stays the caller's.</param>
    /// <param name="configure">Adds to the server before its endpoint; nothing where null.</param>
    public static async Task<ParameterServer> StartAsync(ParameterStore store, Action<WebApplication>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var application = builder.Build();
        configure?.Invoke(application);
        application.UseRouting();
        application.MapParameters(store);
        await application.StartAsync().ConfigureAwait(false);
        return new ParameterServer(application, application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Stops it; what is under way is broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync(now.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }
}
