using System.Runtime.InteropServices;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Element types; the numbers are libtorch's.</summary>
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        Bool = 11,
        BFloat16 = 15,
    }

    public static readonly ScalarType int32 = ScalarType.Int32;
    public static readonly ScalarType int64 = ScalarType.Int64;
    public static readonly ScalarType float32 = ScalarType.Float32;
    public static readonly ScalarType float64 = ScalarType.Float64;
    public static readonly ScalarType @bool = ScalarType.Bool;

    /// <summary>
    /// A handle to a libtorch tensor. The handle is freed by <see cref="Dispose()"/>, by the end of the dispose scope that was open on
    /// this thread when the tensor was made, or by the finalizer.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private static long _totalCount;

        private nint _handle;

        internal Tensor(nint handle)
        {
            if (handle == 0)
                throw new ExternalException("libtorch returned an undefined tensor");
            _handle = handle;
            Interlocked.Increment(ref _totalCount);
            DisposeScope.Current?.Attach(this);
        }

        ~Tensor() => Free();

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>Tensors alive in managed code, in the whole process.</summary>
        public static long TotalCount => Interlocked.Read(ref _totalCount);

        public bool IsInvalid => _handle == 0;

        /// <exception cref="InvalidOperationException">The tensor has been disposed.</exception>
        public nint Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public void Dispose()
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            Free();
            GC.SuppressFinalize(this);
        }

        /// <summary>Hands the tensor to the scope around its own, or to the caller where there is none.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of the scope system; the caller owns it from now on.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public long numel() => Facts.Numel;
        public ScalarType dtype => (ScalarType)Facts.ScalarType;
        public DeviceType device_type => (DeviceType)Facts.DeviceType;
        public bool is_leaf => Facts.IsLeaf != 0;
        public bool is_contiguous() => Facts.IsContiguous != 0;

        public Device device
        {
            get
            {
                var facts = Facts;
                return new Device((DeviceType)facts.DeviceType, facts.DeviceIndex);
            }
        }

        public long[] shape => Sizes();

        public long size(int dim) => shape[dim < 0 ? ^-dim : dim];

        public bool requires_grad
        {
            get => Facts.RequiresGrad != 0;
            set
            {
                NativeMethods.Check(NativeMethods.rlhf_tensor_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>The accumulated gradient, null before the first backward. Every read is a new handle to the same memory.</summary>
        public Tensor? grad
        {
            get
            {
                NativeMethods.Check(NativeMethods.rlhf_tensor_grad(Handle, out var gradient));
                GC.KeepAlive(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }
            set
            {
                NativeMethods.Check(NativeMethods.rlhf_tensor_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        /// <summary>Backpropagates from this scalar.</summary>
        public void backward() => backward(null);

        /// <summary>Backpropagates from this tensor with the given gradient of it (ones where there is none).</summary>
        public unsafe void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false)
        {
            nint root = Handle, gradient = grad_tensors is null ? 0 : grad_tensors[0].Handle;
            NativeMethods.Check(NativeMethods.rlhf_backward(&root, &gradient, 1, retain_graph ? 1 : 0, create_graph ? 1 : 0));
            GC.KeepAlive(this);
            GC.KeepAlive(grad_tensors);
        }

        /// <summary>The raw memory of a contiguous CPU tensor, valid while the tensor lives.</summary>
        /// <exception cref="InvalidOperationException">The tensor is not on the CPU or not contiguous.</exception>
        /// <exception cref="ArgumentException">The tensor has more bytes than a span holds, 2³¹ − 1.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                var facts = Facts;
                if ((DeviceType)facts.DeviceType != DeviceType.CPU)
                    throw new InvalidOperationException("bytes needs a CPU tensor; call cpu() first.");
                if (facts.IsContiguous == 0)
                    throw new InvalidOperationException("bytes needs a contiguous tensor; call contiguous() first.");
                var length = facts.Numel * facts.ElementSize;
                if (length > int.MaxValue)
                    throw new ArgumentException($"bytes holds at most {int.MaxValue} bytes and the tensor has {length}; take it in pieces with narrow.");
                return new Span<byte>((void*)DataPointer, (int)length);
            }
        }

        /// <summary>Typed access to the elements: of the tensor itself on the CPU, of a copy of one on another device.</summary>
        /// <exception cref="ArgumentException">The tensor holds another element type.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            RequireElement<T>();
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The single element of a tensor, from any device.</summary>
        public unsafe T item<T>() where T : unmanaged
        {
            if (numel() != 1)
                throw new ArgumentException("The tensor must have exactly one element.");
            RequireElement<T>();
            var value = Operator.CallValue("item", this);
            return default(T) switch
            {
                float => (T)(object)(float)value.Real,
                double => (T)(object)value.Real,
                long => (T)(object)value.Integer,
                int => (T)(object)(int)value.Integer,
                byte => (T)(object)(byte)value.Integer,
                bool => (T)(object)(value.Integer != 0),
                _ => throw new NotSupportedException($"item<{typeof(T).Name}> is not supported"),
            };
        }

        public override string ToString() =>
            IsInvalid ? "[disposed]" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        internal nint DataPointer
        {
            get
            {
                NativeMethods.Check(NativeMethods.rlhf_tensor_data(Handle, out var data));
                GC.KeepAlive(this);
                return data;
            }
        }

        private unsafe TensorFacts Facts
        {
            get
            {
                TensorFacts facts;
                NativeMethods.Check(NativeMethods.rlhf_tensor_facts(Handle, &facts));
                GC.KeepAlive(this);
                return facts;
            }
        }

        private unsafe long[] Sizes()
        {
            var sizes = new long[Facts.Dimensions];
            fixed (long* first = sizes)
                NativeMethods.Check(NativeMethods.rlhf_tensor_shape(Handle, first, sizes.Length));
            GC.KeepAlive(this);
            return sizes;
        }

        private void RequireElement<T>() where T : unmanaged
        {
            var fits = dtype switch
            {
                ScalarType.Float32 => typeof(T) == typeof(float),
                ScalarType.Float64 => typeof(T) == typeof(double),
                ScalarType.Int64 => typeof(T) == typeof(long),
                ScalarType.Int32 => typeof(T) == typeof(int),
                ScalarType.Byte => typeof(T) == typeof(byte),
                ScalarType.Bool => typeof(T) == typeof(bool),
                ScalarType.Float16 => typeof(T) == typeof(Half),
                _ => false,
            };
            if (!fits)
                throw new ArgumentException($"{typeof(T).Name} does not match the tensor's element type {dtype}");
        }

        private void Free()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0) return;
            Interlocked.Decrement(ref _totalCount);
            NativeMethods.rlhf_tensor_free(handle);
        }
    }
}

/// <summary>Conversions of one-element tensors to numbers.</summary>
public static class TensorExtensionMethods
{
    public static float ToSingle(this torch.Tensor value) => (float)value.ToDouble();

    public static double ToDouble(this torch.Tensor value)
    {
        var result = Operator.CallValue("item", value);
        return result.Tag == ValueTag.Real ? result.Real : result.Integer;
    }

    public static long ToInt64(this torch.Tensor value)
    {
        var result = Operator.CallValue("item", value);
        return result.Tag == ValueTag.Real ? (long)result.Real : result.Integer;
    }

}
