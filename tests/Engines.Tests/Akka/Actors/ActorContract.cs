using Akka.TestKit.Xunit2;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

/// <summary>A test with an actor system of its own, patient enough for a machine that is busy with other things.</summary>
public abstract class ActorContract(string hocon = "") : TestKit("akka.test.single-expect-default = 20s\n" + hocon)
{
    /// <summary>How long to wait for what has to come.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}
