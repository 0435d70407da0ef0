using ActorRlhf.Engines.Tests.Node.Remote;
using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Node;

/// <summary>Every scenario by its name.</summary>
public static class Scenarios
{
    /// <summary>Every scenario by its name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<ActorSystem, Scenario>> All = new Dictionary<string, Func<ActorSystem, Scenario>>
    {
        ["remote"] = system => new RemoteScenario(system),
    };
}
