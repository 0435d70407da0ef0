using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Networks;

/// <summary>A GPT-2 language model: the policy, the reference policy and the base model. The output head is the token embedding.</summary>
public sealed class Transformer : IDisposable
{
    /// <summary>A network of zeros: fill it from a checkpoint or with <see cref="Initialize"/>.</summary>
    /// <exception cref="UserErrorException">The configuration contradicts itself.</exception>
    public Transformer(TransformerConfig config, Device? device = null)
    {
        config.Validate();
        Config = config;
        Parameters = new ParameterBlock(config.BodyShapes(), device);
    }

    private Transformer(TransformerConfig config, ParameterBlock parameters) => (Config, Parameters) = (config, parameters);

    /// <summary>The network's shape.</summary>
    public TransformerConfig Config { get; }

    /// <summary>The weights, under their names in a Hugging Face GPT-2 checkpoint.</summary>
    public ParameterBlock Parameters { get; }

    /// <summary>Random weights as GPT-2 started: normal, 0.02 wide, residual projections narrower by √(2·layers); biases 0, norms 1.</summary>
    public Transformer Initialize(long seed)
    {
        Initialization.Body(Config, Parameters, new RandomStream(seed));
        return this;
    }

    /// <summary>A second network with the same weights, on the same device.</summary>
    public Transformer Clone()
    {
        var copy = new Transformer(Config, Parameters.Device);
        copy.Parameters.CopyFrom(Parameters);
        return copy;
    }

    /// <summary>The same network, its weights in the same memory, with gradients of its own.</summary>
    public Transformer Share() => new(Config, Parameters.Share());

    /// <summary>Rows after the last layer norm, [tokens, width], owned by the caller's dispose scope.</summary>
    public Tensor Hidden(PackedBatch batch) => TransformerBody.Hidden(Config, Parameters, batch);

    /// <summary>Next-token logits, [rows, vocabulary], of any rows of <see cref="Hidden"/>, [rows, width].</summary>
    public Tensor Logits(Tensor hidden)
    {
        using var head = Parameters["wte.weight"].t();
        return hidden.matmul(head);
    }

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();
}
