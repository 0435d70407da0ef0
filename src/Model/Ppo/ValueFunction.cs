using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Ppo;

/// <summary>V(s): what a state's episode is still worth.</summary>
public interface IValueFunction
{
    /// <summary>The parameters that are the value function's own.</summary>
    ParameterBlock Parameters { get; }

    /// <summary>Whether it reads the policy's hidden states, and so trains the policy's body too.</summary>
    bool ReadsPolicy { get; }

    /// <summary>Values of the states that response tokens were sampled in, <c>[responseTokens]</c>.</summary>
    /// <param name="packed">The sequences.</param>
    /// <param name="policyStates">The policy's hidden states there, <c>[responseTokens, width]</c>; null unless <see cref="ReadsPolicy"/>.</param>
    Tensor Values(PackedResponses packed, Tensor? policyStates);

    /// <summary>The same function, its parameters in the same memory, with gradients of its own.</summary>
    IValueFunction Share();
}

/// <summary>A network of its own (Stiennon et al. 2020: start it from the reward model, <see cref="ScalarNetwork.Clone"/>).</summary>
/// <param name="network">The network; the caller owns it.</param>
public sealed class ValueNetwork(ScalarNetwork network) : IValueFunction
{
    /// <inheritdoc/>
    public ParameterBlock Parameters => network.Parameters;

    /// <inheritdoc/>
    public bool ReadsPolicy => false;

    /// <inheritdoc/>
    public Tensor Values(PackedResponses packed, Tensor? policyStates) => network.Values(packed.Batch).index_select(0, packed.Rows);

    /// <inheritdoc/>
    public IValueFunction Share() => new ValueNetwork(network.Share());
}

/// <summary>A scalar head on the policy's hidden states (Ziegler et al. 2019). It starts at zero.</summary>
public sealed class ValueHead : IValueFunction, IDisposable
{
    /// <param name="width">Width of the policy.</param>
    /// <param name="device">Where the policy is.</param>
    public ValueHead(int width, Device? device = null)
        : this(new ParameterBlock([new TensorShape(ScalarNetwork.HeadWeight, [1, width]), new TensorShape(ScalarNetwork.HeadBias, [1])], device))
    {
    }

    private ValueHead(ParameterBlock parameters) => Parameters = parameters;

    /// <inheritdoc/>
    public ParameterBlock Parameters { get; }

    /// <inheritdoc/>
    public bool ReadsPolicy => true;

    /// <inheritdoc/>
    public Tensor Values(PackedResponses packed, Tensor? policyStates)
    {
        ArgumentNullException.ThrowIfNull(policyStates);
        return Parameters[ScalarNetwork.HeadBias].addmm(policyStates, Parameters[ScalarNetwork.HeadWeight].t()).squeeze(1);
    }

    /// <inheritdoc/>
    public IValueFunction Share() => new ValueHead(Parameters.Share());

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();
}
