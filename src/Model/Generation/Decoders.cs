using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>The choice of a decoder.</summary>
public static class Decoders
{
    /// <summary>
    /// A decoder for the device that the policy's parameters are on: the kernels of <see cref="CpuDecoder"/>, or
    /// <see cref="TensorDecoder"/> anywhere else.
    /// </summary>
    /// <param name="policy">The network; stays the caller's and is read in place.</param>
    /// <param name="slots">Sequences held side by side.</param>
    /// <param name="capacity">Tokens a slot holds.</param>
    /// <param name="team">The threads of the CPU decoder; stays the caller's.</param>
    public static IDecoder Create(Transformer policy, int slots, int capacity, ThreadTeam team) =>
        policy.Parameters.Values.device_type == TorchSharp.DeviceType.CPU
            ? new CpuDecoder(policy.Config, policy.Parameters, slots, capacity, team)
            : new TensorDecoder(policy.Config, policy.Parameters, slots, capacity);
}
