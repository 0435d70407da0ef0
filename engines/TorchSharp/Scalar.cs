namespace TorchSharp;

/// <summary>A number given to an operator; integers stay integers, so that they do not change a result's type.</summary>
public sealed class Scalar : IDisposable
{
    internal readonly bool IsReal;
    internal readonly bool IsBoolean;
    internal readonly long Integer;
    internal readonly double Real;

    private Scalar(long integer, bool isBoolean = false)
    {
        Integer = integer;
        IsBoolean = isBoolean;
    }

    private Scalar(double real)
    {
        Real = real;
        IsReal = true;
    }

    public static implicit operator Scalar(int value) => new((long)value);
    public static implicit operator Scalar(long value) => new(value);
    public static implicit operator Scalar(float value) => new((double)value);
    public static implicit operator Scalar(double value) => new(value);
    public static implicit operator Scalar(bool value) => new(value ? 1L : 0L, isBoolean: true);

    /// <summary>Does nothing here: an embedded scalar holds no native memory.</summary>
    public void Dispose()
    {
    }
}
