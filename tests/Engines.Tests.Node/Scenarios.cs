using ActorRlhf.Engines.Tests.Node.Actors;
using ActorRlhf.Engines.Tests.Node.Cluster;
using ActorRlhf.Engines.Tests.Node.Persistence;
using ActorRlhf.Engines.Tests.Node.Remote;
using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Node;

/// <summary>Every scenario by its name.</summary>
public static partial class Scenarios
{
    /// <summary>Every scenario by its name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<ActorSystem, Scenario>> All = Make();

    private static Dictionary<string, Func<ActorSystem, Scenario>> Make()
    {
        var all = new Dictionary<string, Func<ActorSystem, Scenario>>
        {
            ["remote"] = system => new RemoteScenario(system),
            ["shutdown"] = system => new ShutdownScenario(system),
            ["cluster"] = system => new ClusterScenario(system),
            ["persistence"] = system => new PersistenceScenario(system),
        };
        AddEmbedded(all);
        return all;
    }

    /// <summary>Adds those that look inside the embedded engine, where that is the one in use.</summary>
    static partial void AddEmbedded(Dictionary<string, Func<ActorSystem, Scenario>> all);
}
