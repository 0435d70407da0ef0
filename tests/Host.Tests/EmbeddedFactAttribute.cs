using Akka.Actor;

namespace ActorRlhf.Host.Tests;

/// <summary>A fact about what the embedded engine's remoting does and the published one's does not: a token, and certificates that the machine does not trust.</summary>
public class EmbeddedFactAttribute : FactAttribute
{
    public EmbeddedFactAttribute()
    {
        if (typeof(ActorSystem).Assembly.GetName().Name == "Akka") Skip = "the published engine does not promise this";
    }
}
