using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// The tensors of a run, by name: what a checkpoint is saved from and loaded into. A run may hold several networks (<c>policy</c>,
/// <c>value</c>, <c>reward</c> …) and an optimizer's state for those it trains.
/// </summary>
public sealed class CheckpointContent
{
    /// <summary>Networks by name. Names must not hold a slash.</summary>
    public Dictionary<string, INamedTensors> Networks { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Optimizer states by name, that of the network they train.</summary>
    public Dictionary<string, INamedTensors> Optimizers { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Adds a network and, when it is being trained, its optimizer, both under the same name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public CheckpointContent Add(string name, ParameterBlock parameters, AdamW? optimizer = null)
    {
        Networks.Add(name, new ParameterTensors(parameters));
        if (optimizer is not null) Optimizers.Add(name, new AdamWTensors(optimizer));
        return this;
    }
}
