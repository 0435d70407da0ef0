using Akka;
using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Node.Actors;

/// <summary>Reports the phases of its coordinated shutdown.</summary>
public sealed class ShutdownScenario : Scenario
{
    public ShutdownScenario(ActorSystem system)
    {
        foreach (var phase in new[] { CoordinatedShutdown.PhaseClusterLeave, CoordinatedShutdown.PhaseServiceStop })
        {
            CoordinatedShutdown.Get(system).AddTask(phase, "report", async () =>
            {
                await Task.Delay(200);
                Report($"phase {phase}");
                return Done.Instance;
            });
        }
    }
}
