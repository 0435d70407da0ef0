using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Networks;

/// <summary>A GPT-2 body with one number a token on top: a reward model, read at the last token, or a value network.</summary>
public sealed class ScalarNetwork : IDisposable
{
    /// <summary>The head's weight, [1, width].</summary>
    public const string HeadWeight = "score.weight";

    /// <summary>The head's bias, [1].</summary>
    public const string HeadBias = "score.bias";

    /// <summary>A network of zeros.</summary>
    /// <exception cref="UserErrorException">The configuration contradicts itself.</exception>
    public ScalarNetwork(TransformerConfig config, Device? device = null)
    {
        config.Validate();
        Config = config;
        Parameters = new ParameterBlock([new TensorShape(HeadWeight, [1, config.Width]), .. config.BodyShapes(), new TensorShape(HeadBias, [1])], device);
    }

    /// <summary>The body's shape.</summary>
    public TransformerConfig Config { get; }

    /// <summary>The weights: the body's names, <see cref="HeadWeight"/> and <see cref="HeadBias"/>.</summary>
    public ParameterBlock Parameters { get; }

    /// <summary>The body of a language model and a new head: normal, 1/√(width + 1) wide, bias 0 (Stiennon et al. 2020, appendix B.1).</summary>
    public static ScalarNetwork FromLanguageModel(Transformer model, long seed)
    {
        var network = new ScalarNetwork(model.Config, model.Parameters.Device);
        network.Parameters.CopyFrom(model.Parameters);
        Initialization.Normal(network.Parameters, HeadWeight, 1 / Math.Sqrt(model.Config.Width + 1), new RandomStream(seed));
        return network;
    }

    /// <summary>A second network with the same weights, on the same device.</summary>
    public ScalarNetwork Clone()
    {
        var copy = new ScalarNetwork(Config, Parameters.Device);
        copy.Parameters.CopyFrom(Parameters);
        return copy;
    }

    /// <summary>The scalar at every token, [tokens].</summary>
    public Tensor Values(PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        return Head(TransformerBody.Hidden(Config, Parameters, batch)).MoveToOuterDisposeScope();
    }

    /// <summary>The scalar at each sequence's last token, [sequences].</summary>
    public Tensor LastValues(PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        var last = tensor(batch.Offsets.Zip(batch.Lengths, (offset, length) => (long)offset + length - 1).ToArray(), device: Parameters.Device);
        return Head(TransformerBody.Hidden(Config, Parameters, batch).index_select(0, last)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private Tensor Head(Tensor hidden) => Parameters[HeadBias].addmm(hidden, Parameters[HeadWeight].t()).squeeze(1);
}
