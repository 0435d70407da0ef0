namespace ActorRlhf.Model.Storage;

/// <summary>A checkpoint whose tensors have been loaded.</summary>
/// <param name="State">What it holds besides tensors.</param>
/// <param name="Directory">Where it stands.</param>
/// <param name="Messages">What the operator should be told: newer checkpoints that were damaged and passed over. Usually empty.</param>
public sealed record LoadedCheckpoint(CheckpointState State, string Directory, IReadOnlyList<string> Messages);
