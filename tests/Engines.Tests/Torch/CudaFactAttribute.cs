using TorchSharp;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>A fact that needs a CUDA device; skipped, and said so, where there is none.</summary>
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute()
    {
        if (!torch.cuda.is_available())
            Skip = "no CUDA device here, or a libtorch without CUDA";
    }
}
