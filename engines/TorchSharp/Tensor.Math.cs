namespace TorchSharp;

public static partial class torch
{
    // Operators, in TorchSharp's own order of topics: pointwise, in place, comparison, reduction, products, shape, indexing, conversion.
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Operator.Call("add.Tensor", this, target);
        public Tensor add(Tensor target, Scalar alpha) => Operator.Call("add.Tensor", this, target, alpha);
        public Tensor add(Scalar scalar) => Operator.Call("add.Scalar", this, scalar);
        public Tensor sub(Tensor target) => Operator.Call("sub.Tensor", this, target);
        public Tensor sub(Scalar target) => Operator.Call("sub.Scalar", this, target);
        public Tensor mul(Tensor target) => Operator.Call("mul.Tensor", this, target);
        public Tensor mul(Scalar target) => Operator.Call("mul.Scalar", this, target);
        public Tensor div(Tensor target) => Operator.Call("div.Tensor", this, target);
        public Tensor div(Scalar target) => Operator.Call("div.Scalar", this, target);
        public Tensor pow(Scalar exponent) => Operator.Call("pow.Tensor_Scalar", this, exponent);
        public Tensor square() => pow(2);
        public Tensor negative() => Operator.Call("neg", this);
        public Tensor reciprocal() => Operator.Call("reciprocal", this);
        public Tensor abs() => Operator.Call("abs", this);
        public Tensor sqrt() => Operator.Call("sqrt", this);
        public Tensor exp() => Operator.Call("exp", this);
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Operator.Call("clamp", this, min, max);
        public Tensor maximum(Tensor other) => Operator.Call("maximum", this, other);

        public Tensor add_(Tensor target) => Operator.CallInPlace("add_.Tensor", this, target);
        public Tensor add_(Tensor target, Scalar alpha) => Operator.CallInPlace("add_.Tensor", this, target, alpha);
        public Tensor add_(Scalar scalar) => Operator.CallInPlace("add_.Scalar", this, scalar);
        public Tensor mul_(Scalar target) => Operator.CallInPlace("mul_.Scalar", this, target);
        public Tensor div_(Scalar target) => Operator.CallInPlace("div_.Scalar", this, target);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.CallInPlace("addcmul_", this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.CallInPlace("addcdiv_", this, tensor1, tensor2, value);
        public Tensor fill_(Scalar value) => Operator.CallInPlace("fill_.Scalar", this, value);
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Operator.CallInPlace("copy_", this, source, nonBlocking);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Operator.CallInPlace("index_copy_", this, dim, index, source);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Operator.CallInPlace("index_add_", this, dim, index, source, alpha);

        public Tensor gt(Tensor target) => Operator.Call("gt.Tensor", this, target);

        public Tensor sum(ScalarType? type = null) => Operator.Call("sum", this, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Operator.Call("sum.dim_IntList", this, new[] { dim }, keepdim, type);
        public Tensor mean() => Operator.Call("mean", this);
        public Tensor max() => Operator.Call("max", this);
        public Tensor norm(float p = 2.0f) => Operator.Call("norm.Scalar", this, (double)p);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Operator.Call("log_softmax.int", this, dim, dtype);

        public Tensor matmul(Tensor target) => Operator.Call("matmul", this, target);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Operator.Call("addmm", this, mat1, mat2, (double)beta, (double)alpha);

        public Tensor t() => Operator.Call("t", this);
        public Tensor transpose(long dim0, long dim1) => Operator.Call("transpose.int", this, dim0, dim1);
        public Tensor view(params long[] shape) => Operator.Call("view", this, shape);
        public Tensor reshape(params long[] shape) => Operator.Call("reshape", this, shape);
        public Tensor unsqueeze(long dim) => Operator.Call("unsqueeze", this, dim);
        public Tensor squeeze(long? dim = null) => dim is long given ? Operator.Call("squeeze.dim", this, given) : Operator.Call("squeeze", this);
        public Tensor contiguous() => Operator.Call("contiguous", this);
        public Tensor[] split(long size, int dim = 0) => Operator.CallList("split.Tensor", (int)(this.size(dim) / Math.Max(size, 1)) + 1, this, size, (long)dim);
        public Tensor[] split(long[] sizes, long dim = 0) => Operator.CallList("split_with_sizes", sizes.Length, this, sizes, dim);

        public Tensor narrow(long dim, long start, long length) => Operator.Call("narrow", this, dim, start, length);
        public Tensor index_select(long dim, Tensor index) => Operator.Call("index_select", this, dim, index);
        public Tensor gather(long dim, Tensor index) => Operator.Call("gather", this, dim, index);

        public Tensor clone() => Operator.Call("clone", this);
        public Tensor alias() => Operator.Call("alias", this);
        public Tensor detach() => Operator.Call("detach", this);
        public Tensor to(ScalarType type, Device device, bool copy = false) => Operator.Call("to.device", this, device, type, false, copy);
        public Tensor to(Device device, bool copy = false) => Operator.Call("to.device", this, device, dtype, false, copy);
        public Tensor cpu() => to(CPU);

        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);
        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);
        public static Tensor operator +(Scalar left, Tensor right) => right.add(left);
        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);
        public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);
        public static Tensor operator -(Scalar left, Tensor right) => right.negative().add(left);
        public static Tensor operator -(Tensor tensor) => tensor.negative();
        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);
        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);
        public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);
        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);
        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);
        public static Tensor operator /(Scalar left, Tensor right) => right.reciprocal().mul(left);
    }
}
