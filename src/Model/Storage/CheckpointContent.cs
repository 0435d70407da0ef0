namespace ActorRlhf.Model.Storage;

/// <summary>
/// The tensors of a run, by name: what a checkpoint is saved from and loaded into. A run may hold several networks (<c>policy</c>,
/// <c>value</c>, <c>reward</c> …) and an optimizer's state for those it trains.
/// </summary>
public sealed class CheckpointContent
{
    /// <summary>Networks by name. Names must not hold a slash.</summary>
    public IReadOnlyDictionary<string, INamedTensors> Networks { get; init; } = new Dictionary<string, INamedTensors>();

    /// <summary>Optimizer states by name, usually that of the network they train; AdamW's are its two moments, flat.</summary>
    public IReadOnlyDictionary<string, INamedTensors> Optimizers { get; init; } = new Dictionary<string, INamedTensors>();
}
