using Akka.Actor;

namespace Akka.TestKit;

/// <summary>An actor whose messages a test can expect.</summary>
public class TestProbe(ActorSystem system, ITestKitAssertions assertions, string? testProbeName = null)
    : TestKitBase(assertions, system, testProbeName ?? $"probe{Interlocked.Increment(ref _probes)}"), INoImplicitSender, IActorRef
{
    private static int _probes;

    /// <summary>The probe's handle.</summary>
    public IActorRef Ref => TestActor;

    /// <summary>The sender of the message that was taken last.</summary>
    public IActorRef Sender => LastSender;

    ActorPath IActorRef.Path => TestActor.Path;

    /// <summary>Sends a message from the probe.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Sends a message to the sender of the message that was taken last.</summary>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    /// <summary>Passes the message that was taken last on, with its sender.</summary>
    public void Forward(IActorRef actor) => actor.Tell(LastMessage, Sender);

    void ICanTell.Tell(object message, IActorRef sender) => TestActor.Tell(message, sender);

    /// <inheritdoc/>
    public bool Equals(IActorRef? other) => TestActor.Equals(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => TestActor.Equals(obj);

    /// <inheritdoc/>
    public override int GetHashCode() => TestActor.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(IActorRef? other) => TestActor.CompareTo(other);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => TestActor.CompareTo(obj);

    /// <inheritdoc/>
    public override string ToString() => $"TestProbe({TestActor})";
}
