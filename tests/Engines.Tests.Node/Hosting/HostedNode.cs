using Akka;
using Akka.Actor;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorRlhf.Engines.Tests.Node.Hosting;

/// <summary>A system in a .NET host, as the product runs it: it reports each phase of its coordinated shutdown, and why it runs.</summary>
public static class HostedNode
{
    private static readonly string[] Phases =
    [
        CoordinatedShutdown.PhaseBeforeServiceUnbind,
        CoordinatedShutdown.PhaseServiceStop,
        CoordinatedShutdown.PhaseClusterLeave,
        CoordinatedShutdown.PhaseBeforeActorSystemTerminate,
    ];

    /// <summary>Runs until SIGTERM, or <c>terminate</c> on the input, which ends the system and not the host.</summary>
    public static async Task Run(string name, string hocon)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka(name, (akka, _) => akka
            .WithActors((system, _) => ReportPhases(CoordinatedShutdown.Get(system)))
            .AddStartup((system, _) => Scenario.Report($"ready {((ExtendedActorSystem)system).Provider.DefaultAddress}"))
            .AddHocon(hocon, HoconAddMode.Append)
            .WithRemoting("127.0.0.1", 0));
        using var host = builder.Build();
        _ = Task.Run(async () =>
        {
            while (Console.ReadLine() is { } line)
            {
                if (line == "terminate")
                {
                    await host.Services.GetRequiredService<ActorSystem>().Terminate();
                    return;
                }
            }
            Environment.Exit(1);
        });
        await host.RunAsync();
        Scenario.Report("terminated");
    }

    private static void ReportPhases(CoordinatedShutdown shutdown)
    {
        foreach (var phase in Phases)
        {
            shutdown.AddTask(phase, "report", () =>
            {
                Scenario.Report($"phase {phase} {shutdown.ShutdownReason!.GetType().Name}");
                return Task.FromResult(Done.Instance);
            });
        }
    }
}
