using ActorRlhf.Engines.Tests.Node.Embedded.Persistence;
using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Node;

public static partial class Scenarios
{
    static partial void AddEmbedded(Dictionary<string, Func<ActorSystem, Scenario>> all)
    {
        all["leases"] = system => new LeaseScenario(system);
        all["transaction"] = system => new TransactionScenario(system);
    }
}
