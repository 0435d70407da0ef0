using TorchSharp;

namespace ActorRlhf.Host.Runs;

/// <summary>How many threads tensors are computed with, for the whole process.</summary>
public static class ComputeThreads
{
    /// <summary>Sets the number.</summary>
    /// <param name="threads">0 for as many as there are processors.</param>
    public static void Use(int threads) => torch.set_num_threads(threads == 0 ? Environment.ProcessorCount : threads);
}
