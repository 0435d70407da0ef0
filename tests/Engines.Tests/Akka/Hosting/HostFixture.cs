using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorRlhf.Engines.Tests.Akka.Hosting;

/// <summary>A .NET host with nothing in it but an actor system.</summary>
internal sealed class HostFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IHost _host;

    public HostFixture(Action<AkkaConfigurationBuilder> akka, Action<IServiceCollection>? services = null)
        : this((builder, _) => akka(builder), services)
    {
    }

    public HostFixture(Action<AkkaConfigurationBuilder, IServiceProvider> akka, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        services?.Invoke(builder.Services);
        builder.Services.AddAkka("hosted", akka);
        _host = builder.Build();
    }

    public IServiceProvider Services => _host.Services;

    public ActorSystem System => Services.GetRequiredService<ActorSystem>();

    public IHostApplicationLifetime Lifetime => Services.GetRequiredService<IHostApplicationLifetime>();

    public static async Task<HostFixture> StartAsync(Action<AkkaConfigurationBuilder> akka, Action<IServiceCollection>? services = null)
    {
        var fixture = new HostFixture(akka, services);
        await fixture.StartAsync();
        return fixture;
    }

    public Task StartAsync() => _host.StartAsync().WaitAsync(Patience);

    public Task StopAsync() => _host.StopAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
    }
}

/// <summary>Answers every text with itself behind a greeting.</summary>
internal sealed class Greeter : ReceiveActor
{
    public Greeter(string greeting)
    {
        Receive<string>(text => Sender.Tell($"{greeting} {text}"));
    }
}
