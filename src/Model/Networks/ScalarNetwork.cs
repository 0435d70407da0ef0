using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Networks;

/// <summary>A GPT-2 body with one number a token on top: a reward model or a value network.</summary>
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

    private ScalarNetwork(TransformerConfig config, ParameterBlock parameters) => (Config, Parameters) = (config, parameters);

    /// <summary>The body's shape.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Where a reward is read; of no meaning to a value network.</summary>
    public ReadOut ReadOut { get; init; }

    /// <summary>The weights: the body's names, <see cref="HeadWeight"/> and <see cref="HeadBias"/>.</summary>
    public ParameterBlock Parameters { get; }

    /// <summary>The body of a language model and a new head: normal, 1/√(width + 1) wide, bias 0 (Stiennon et al. 2020, appendix B.1).</summary>
    public static ScalarNetwork FromLanguageModel(Transformer model, long seed, ReadOut readOut = ReadOut.LastToken)
    {
        var network = new ScalarNetwork(model.Config, model.Parameters.Device) { ReadOut = readOut };
        network.Parameters.CopyFrom(model.Parameters);
        Initialization.Normal(network.Parameters, HeadWeight, 1 / Math.Sqrt(model.Config.Width + 1), new RandomStream(seed));
        return network;
    }

    /// <summary>A second network with the same weights, on the same device.</summary>
    public ScalarNetwork Clone()
    {
        var copy = new ScalarNetwork(Config, Parameters.Device) { ReadOut = ReadOut };
        copy.Parameters.CopyFrom(Parameters);
        return copy;
    }

    /// <summary>The same network, its weights in the same memory, with gradients of its own.</summary>
    public ScalarNetwork Share() => new(Config, Parameters.Share()) { ReadOut = ReadOut };

    /// <summary>The scalar at every token, [tokens].</summary>
    public Tensor Values(PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        return Head(TransformerBody.Hidden(Config, Parameters, batch)).MoveToOuterDisposeScope();
    }

    /// <summary>The scalar at the last token of each branch, [branches].</summary>
    public Tensor LastValues(PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        var last = tensor(batch.Branches.Select(branch => (long)branch.Start + branch.Length - 1).ToArray(), device: Parameters.Device);
        return Head(TransformerBody.Hidden(Config, Parameters, batch).index_select(0, last)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean scalar of each branch's tokens, [branches].</summary>
    public Tensor MeanValues(PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        var device = Parameters.Device;
        var (rows, owners, shares) = (new List<long>(), new List<long>(), new List<float>());
        foreach (var (owner, (start, length)) in batch.Branches.Index())
        {
            for (var t = 0; t < length; t++)
            {
                rows.Add(start + t);
                owners.Add(owner);
                shares.Add(1f / length);
            }
        }
        var values = Head(TransformerBody.Hidden(Config, Parameters, batch).index_select(0, tensor(rows.ToArray(), device: device)));
        return zeros(batch.Branches.Count, device: device)
            .index_add_(0, tensor(owners.ToArray(), device: device), values * tensor(shares.ToArray(), device: device), 1)
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private Tensor Head(Tensor hidden) => Parameters[HeadBias].addmm(hidden, Parameters[HeadWeight].t()).squeeze(1);
}
