namespace ActorRlhf.Host.Parameters;

/// <summary>Writes values as they travel.</summary>
/// <param name="first">The index of the first value.</param>
/// <param name="bytes">Where they go; as many as fit.</param>
public delegate void ParameterWriter(long first, Span<byte> bytes);
