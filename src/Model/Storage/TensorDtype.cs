namespace ActorRlhf.Model.Storage;

/// <summary>
/// Element types of the safetensors format, in the format's own order: a writer lays tensors out by descending type, then by name, so that
/// every tensor starts at a multiple of its element size.
/// </summary>
public enum TensorDtype
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>IEEE 754 half precision: 5 exponent bits, 10 fraction bits.</summary>
    F16,

    /// <summary>bfloat16: the upper half of a float32.</summary>
    BF16,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>IEEE 754 single precision.</summary>
    F32,

    /// <summary>IEEE 754 double precision.</summary>
    F64,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,
}

/// <summary>Names and sizes of <see cref="TensorDtype"/>.</summary>
public static class TensorDtypes
{
    private static readonly string[] Names = [.. Enum.GetNames<TensorDtype>().Select(name => name.ToUpperInvariant())];

    /// <summary>Bytes an element takes in a file.</summary>
    public static int Size(this TensorDtype dtype) => dtype switch
    {
        TensorDtype.Bool or TensorDtype.U8 or TensorDtype.I8 => 1,
        TensorDtype.I16 or TensorDtype.U16 or TensorDtype.F16 or TensorDtype.BF16 => 2,
        TensorDtype.I32 or TensorDtype.U32 or TensorDtype.F32 => 4,
        TensorDtype.F64 or TensorDtype.I64 or TensorDtype.U64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "not a safetensors dtype"),
    };

    /// <summary>The name that a safetensors header uses: <c>F32</c>, <c>BF16</c>, <c>BOOL</c> …</summary>
    public static string HeaderName(this TensorDtype dtype) => Names[(int)dtype];

    /// <summary>Finds the type a safetensors header names; names are upper case.</summary>
    /// <returns>False for a name this reader does not know.</returns>
    public static bool TryParse(string? headerName, out TensorDtype dtype)
    {
        var index = Array.IndexOf(Names, headerName);
        dtype = (TensorDtype)Math.Max(index, 0);
        return index >= 0;
    }
}
