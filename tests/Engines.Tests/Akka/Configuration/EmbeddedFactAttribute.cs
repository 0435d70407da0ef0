using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Akka.Configuration;

/// <summary>A fact about the embedded engine alone: where it refuses what the published parser hangs on or misreads.</summary>
public sealed class EmbeddedFactAttribute : FactAttribute
{
    public EmbeddedFactAttribute()
    {
        if (typeof(Config).Assembly.GetName().Name == "Akka")
            Skip = "the published engine does not promise this";
    }
}
