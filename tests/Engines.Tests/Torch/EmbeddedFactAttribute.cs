using TorchSharp;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>A fact about the embedded engine alone: where it does better than the published package promises.</summary>
public sealed class EmbeddedFactAttribute : FactAttribute
{
    public EmbeddedFactAttribute()
    {
        if (typeof(torch).Assembly.GetName().Name == "TorchSharp")
            Skip = "the published engine does not promise this";
    }
}
