namespace ActorRlhf.Model.Storage;

/// <summary>Keeps values that are not finite out of the files a run would return to.</summary>
internal static class FiniteTensors
{
    /// <summary>A tensor to be written under <paramref name="key"/>; writing throws when it holds a NaN or an infinity.</summary>
    public static TensorSource Source(INamedTensors tensors, string name, string key, TensorDtype dtype) =>
        new(key, dtype, tensors.Shape(name), () => Read(tensors, name, key));

    private static ReadOnlySpan<float> Read(INamedTensors tensors, string name, string key)
    {
        var values = tensors.Read(name);
        var bad = FloatConversion.FirstNonFinite(values);
        return bad < 0
            ? values
            : throw new UserErrorException(FormattableString.Invariant(
                $"tensor \"{key}\" has {values[bad]} at index {bad}; training diverged and is not saved: resume from the last checkpoint with a smaller learning rate"));
    }
}
