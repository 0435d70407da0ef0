namespace Akka.Actor.Internal;

/// <summary>The system belongs to a .NET host, which listens to SIGTERM and stops the system; the system leaves the signal to it.</summary>
internal sealed class HostedSetup : Setup.Setup;
