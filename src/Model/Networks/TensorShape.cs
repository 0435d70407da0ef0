namespace ActorRlhf.Model.Networks;

/// <summary>A tensor's name in a checkpoint and its extents.</summary>
public sealed record TensorShape(string Name, long[] Extents)
{
    /// <summary>Number of elements.</summary>
    public long Count => Extents.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>Such as <c>wte.weight [4096, 128]</c>.</summary>
    public override string ToString() => $"{Name} [{string.Join(", ", Extents)}]";
}
