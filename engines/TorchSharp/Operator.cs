using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>One argument of an operator. The implicit conversions let an operator be called in one line.</summary>
internal readonly struct Argument
{
    public readonly ValueTag Tag;
    public readonly long Integer;
    public readonly double Real;
    public readonly object? Reference;

    private Argument(ValueTag tag, long integer = 0, double real = 0, object? reference = null)
    {
        Tag = tag;
        Integer = integer;
        Real = real;
        Reference = reference;
    }

    public static implicit operator Argument(Tensor? tensor) => tensor is null ? default : new(ValueTag.Tensor, tensor.Handle, 0, tensor);
    public static implicit operator Argument(long value) => new(ValueTag.Integer, value);
    public static implicit operator Argument(long? value) => value is long given ? new(ValueTag.Integer, given) : default;
    public static implicit operator Argument(double value) => new(ValueTag.Real, 0, value);
    public static implicit operator Argument(bool value) => new(ValueTag.Boolean, value ? 1 : 0);
    public static implicit operator Argument(long[]? values) => values is null ? default : new(ValueTag.IntegerList, values.Length, 0, values);
    public static implicit operator Argument(Tensor[] tensors) => new(ValueTag.TensorList, tensors.Length, 0, tensors);
    public static implicit operator Argument(string text) => new(ValueTag.String, 0, 0, text);
    public static implicit operator Argument(Device? device) => device is null ? default : new(ValueTag.Device, (long)device.type, 0, device);
    public static implicit operator Argument(ScalarType? type) => type is ScalarType given ? new(ValueTag.Integer, (long)given) : default;
    public static implicit operator Argument(ScalarType type) => new(ValueTag.Integer, (long)type);

    public static implicit operator Argument(Scalar? scalar) => scalar switch
    {
        null => default,
        { IsReal: true } => new(ValueTag.Real, 0, scalar.Real),
        { IsBoolean: true } => new(ValueTag.Boolean, scalar.Integer),
        _ => new(ValueTag.Integer, scalar.Integer),
    };
}

/// <summary>Boxed calls of ATen's operators by name, such as <c>add.Tensor</c> (operator <c>aten::add</c>, overload <c>Tensor</c>).</summary>
internal static unsafe class Operator
{
    private static readonly ConcurrentDictionary<string, nint> Found = new(StringComparer.Ordinal);

    /// <summary>Whether this libtorch has the operator.</summary>
    public static bool Exists(string name) => Find(name) != 0;

    /// <summary>Calls an operator that returns one tensor. Arguments not given take the schema's defaults.</summary>
    /// <exception cref="ExternalException">libtorch refused the call; the message is its first line.</exception>
    public static Tensor Call(string name, params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return new Tensor((nint)result.Pointer);
    }

    /// <summary>Calls an in-place operator and returns the tensor it changed, the same managed object.</summary>
    public static Tensor CallInPlace(string name, Tensor self, params ReadOnlySpan<Argument> others)
    {
        NativeValue result;
        var arguments = new ArgumentList(self, others);
        Invoke(name, arguments.Span, &result, 1);
        NativeMethods.rlhf_tensor_free((nint)result.Pointer);
        return self;
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    public static (Tensor, Tensor) CallPair(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[2];
        Invoke(name, arguments, results, 2);
        return (new Tensor((nint)results[0].Pointer), new Tensor((nint)results[1].Pointer));
    }

    /// <summary>Calls an operator that returns a list of at most <paramref name="capacity"/> tensors.</summary>
    public static Tensor[] CallList(string name, int capacity, params ReadOnlySpan<Argument> arguments)
    {
        var results = new NativeValue[capacity];
        fixed (NativeValue* first = results)
        {
            var tensors = new Tensor[Invoke(name, arguments, first, capacity)];
            for (var i = 0; i < tensors.Length; i++)
                tensors[i] = new Tensor((nint)results[i].Pointer);
            return tensors;
        }
    }

    /// <summary>Calls an operator that returns a number or a truth value.</summary>
    public static NativeValue CallValue(string name, params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return result;
    }

    private static nint Find(string name) => Found.GetOrAdd(name, static key =>
    {
        var dot = key.IndexOf('.');
        var (bare, overload) = dot < 0 ? (key, "") : (key[..dot], key[(dot + 1)..]);
        NativeMethods.Check(NativeMethods.rlhf_operator_find("aten::" + bare, overload, out var found));
        return found;
    });

    private static int Invoke(string name, ReadOnlySpan<Argument> arguments, NativeValue* results, int capacity)
    {
        var op = Find(name);
        if (op == 0)
            throw new ExternalException($"libtorch {NativeMethods.TorchVersion} has no operator aten::{name}");
        var (integers, handles, bytes) = Count(arguments);
        var values = stackalloc NativeValue[arguments.Length];
        var integerSpace = stackalloc long[integers];
        var handleSpace = stackalloc nint[handles];
        var byteSpace = stackalloc byte[bytes];
        for (var i = 0; i < arguments.Length; i++)
        {
            ref readonly var argument = ref arguments[i];
            var value = new NativeValue { Tag = argument.Tag, Integer = argument.Integer, Real = argument.Real };
            switch (argument.Tag)
            {
                case ValueTag.Tensor:
                    value.Pointer = (void*)argument.Integer;
                    break;
                case ValueTag.IntegerList:
                    var list = (long[])argument.Reference!;
                    list.CopyTo(new Span<long>(integerSpace, list.Length));
                    value.Pointer = integerSpace;
                    integerSpace += list.Length;
                    break;
                case ValueTag.TensorList:
                    value.Pointer = handleSpace;
                    foreach (var tensor in (Tensor[])argument.Reference!)
                        *handleSpace++ = tensor.Handle;
                    break;
                case ValueTag.String:
                    var text = (string)argument.Reference!;
                    value.Integer = Encoding.UTF8.GetBytes(text, new Span<byte>(byteSpace, bytes));
                    value.Pointer = byteSpace;
                    byteSpace += value.Integer;
                    bytes -= (int)value.Integer;
                    break;
                case ValueTag.Device:
                    value.Extra = ((Device)argument.Reference!).index;
                    break;
            }
            values[i] = value;
        }
        int count;
        NativeMethods.Check(NativeMethods.rlhf_operator_call(op, values, arguments.Length, results, capacity, &count));
        // A wrapper that only this call still needed must outlive it: its finalizer frees the native tensor.
        foreach (ref readonly var argument in arguments)
            GC.KeepAlive(argument.Reference);
        return count;
    }

    private static (int Integers, int Handles, int Bytes) Count(ReadOnlySpan<Argument> arguments)
    {
        int integers = 0, handles = 0, bytes = 0;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tag == ValueTag.IntegerList) integers += ((long[])argument.Reference!).Length;
            else if (argument.Tag == ValueTag.TensorList) handles += ((Tensor[])argument.Reference!).Length;
            else if (argument.Tag == ValueTag.String) bytes += Encoding.UTF8.GetMaxByteCount(((string)argument.Reference!).Length);
        }
        return (integers, handles, bytes);
    }

    [InlineArray(Capacity)]
    private struct ArgumentBuffer
    {
        public const int Capacity = 8;
        private Argument _first;
    }

    private ref struct ArgumentList
    {
        private ArgumentBuffer _buffer;
        private readonly int _count;

        public ArgumentList(Tensor self, ReadOnlySpan<Argument> others)
        {
            _buffer[0] = self;
            Span<Argument> rest = _buffer;
            others.CopyTo(rest[1..]);
            _count = 1 + others.Length;
        }

        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public ReadOnlySpan<Argument> Span => ((ReadOnlySpan<Argument>)_buffer)[.._count];
    }
}
