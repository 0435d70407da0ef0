using TorchSharp;

namespace ActorRlhf.Engines.Tests;

/// <summary>A fact about the embedded engines alone: where they do better than the published packages promise. One switch chooses both.</summary>
public sealed class EmbeddedFactAttribute : FactAttribute
{
    public EmbeddedFactAttribute()
    {
        if (typeof(torch).Assembly.GetName().Name == "TorchSharp")
            Skip = "the published engine does not promise this";
    }
}
