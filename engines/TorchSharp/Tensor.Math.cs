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
        public Tensor remainder(Tensor target) => Operator.Call("remainder.Tensor", this, target);
        public Tensor remainder(Scalar scalar) => Operator.Call("remainder.Scalar", this, scalar);
        public Tensor pow(Scalar exponent) => Operator.Call("pow.Tensor_Scalar", this, exponent);
        public Tensor square() => pow(2);
        public Tensor negative() => Operator.Call("neg", this);
        public Tensor neg() => Operator.Call("neg", this);
        public Tensor reciprocal() => Operator.Call("reciprocal", this);
        public Tensor abs() => Operator.Call("abs", this);
        public Tensor sqrt() => Operator.Call("sqrt", this);
        public Tensor rsqrt() => Operator.Call("rsqrt", this);
        public Tensor exp() => Operator.Call("exp", this);
        public Tensor log() => Operator.Call("log", this);
        public Tensor log1p() => Operator.Call("log1p", this);
        public Tensor sigmoid() => Operator.Call("sigmoid", this);
        public Tensor tanh() => Operator.Call("tanh", this);
        public Tensor relu() => Operator.Call("relu", this);
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Operator.Call("clamp", this, min, max);
        public Tensor minimum(Tensor other) => Operator.Call("minimum", this, other);
        public Tensor maximum(Tensor other) => Operator.Call("maximum", this, other);
        public Tensor where(Tensor condition, Tensor y) => Operator.Call("where.self", condition, this, y);
        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) =>
            Operator.Call("nan_to_num", this, nan, posinf is double p ? p : default(Argument), neginf is double n ? n : default(Argument));

        public Tensor add_(Tensor target) => Operator.CallInPlace("add_.Tensor", this, target);
        public Tensor add_(Tensor target, Scalar alpha) => Operator.CallInPlace("add_.Tensor", this, target, alpha);
        public Tensor add_(Scalar scalar) => Operator.CallInPlace("add_.Scalar", this, scalar);
        public Tensor sub_(Tensor target) => Operator.CallInPlace("sub_.Tensor", this, target);
        public Tensor mul_(Tensor target) => Operator.CallInPlace("mul_.Tensor", this, target);
        public Tensor mul_(Scalar target) => Operator.CallInPlace("mul_.Scalar", this, target);
        public Tensor div_(Tensor target) => Operator.CallInPlace("div_.Tensor", this, target);
        public Tensor div_(Scalar target) => Operator.CallInPlace("div_.Scalar", this, target);
        public Tensor sqrt_() => Operator.CallInPlace("sqrt_", this);
        public Tensor exp_() => Operator.CallInPlace("exp_", this);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Operator.CallInPlace("clamp_", this, min, max);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.CallInPlace("addcmul_", this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.CallInPlace("addcdiv_", this, tensor1, tensor2, value);
        public Tensor lerp_(Tensor end, Tensor weight) => Operator.CallInPlace("lerp_.Tensor", this, end, weight);
        public Tensor fill_(Scalar value) => Operator.CallInPlace("fill_.Scalar", this, value);
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Operator.CallInPlace("copy_", this, source, nonBlocking);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Operator.CallInPlace("masked_fill_.Scalar", this, mask, value);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Operator.CallInPlace("index_copy_", this, dim, index, source);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Operator.CallInPlace("index_add_", this, dim, index, source, alpha);

        public Tensor eq(Tensor target) => Operator.Call("eq.Tensor", this, target);
        public Tensor eq(Scalar target) => Operator.Call("eq.Scalar", this, target);
        public Tensor ne(Tensor target) => Operator.Call("ne.Tensor", this, target);
        public Tensor ne(Scalar target) => Operator.Call("ne.Scalar", this, target);
        public Tensor lt(Tensor target) => Operator.Call("lt.Tensor", this, target);
        public Tensor lt(Scalar target) => Operator.Call("lt.Scalar", this, target);
        public Tensor le(Tensor target) => Operator.Call("le.Tensor", this, target);
        public Tensor le(Scalar target) => Operator.Call("le.Scalar", this, target);
        public Tensor gt(Tensor target) => Operator.Call("gt.Tensor", this, target);
        public Tensor gt(Scalar target) => Operator.Call("gt.Scalar", this, target);
        public Tensor ge(Tensor target) => Operator.Call("ge.Tensor", this, target);
        public Tensor ge(Scalar target) => Operator.Call("ge.Scalar", this, target);
        public Tensor isnan() => Operator.Call("isnan", this);
        public Tensor isfinite() => Operator.Call("isfinite", this);
        public Tensor logical_and(Tensor other) => Operator.Call("logical_and", this, other);
        public Tensor logical_not() => Operator.Call("logical_not", this);

        public Tensor sum(ScalarType? type = null) => Operator.Call("sum", this, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Operator.Call("sum.dim_IntList", this, new[] { dim }, keepdim, type);
        public Tensor mean() => Operator.Call("mean", this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Operator.Call("mean.dim", this, dimensions, keepdim, type);
        public Tensor var(bool unbiased = true) => Operator.Call("var", this, unbiased);
        public Tensor std(bool unbiased = true) => Operator.Call("std", this, unbiased);
        public Tensor max() => Operator.Call("max", this);
        public Tensor min() => Operator.Call("min", this);
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Operator.CallPair("max.dim", this, dim, keepdim);
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Operator.CallPair("min.dim", this, dim, keepdim);
        public Tensor argmax() => Operator.Call("argmax", this);
        public Tensor argmax(long dim, bool keepdim = false) => Operator.Call("argmax", this, dim, keepdim);
        public Tensor norm(float p = 2.0f) => Operator.Call("norm.Scalar", this, (double)p);
        public Tensor any() => Operator.Call("any", this);
        public Tensor all() => Operator.Call("all", this);
        public Tensor cumsum(long dim, ScalarType? type = null) => Operator.Call("cumsum", this, dim, type);
        public Tensor logsumexp(long dim, bool keepdim = false) => Operator.Call("logsumexp", this, new[] { dim }, keepdim);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Operator.Call("softmax.int", this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Operator.Call("log_softmax.int", this, dim, dtype);
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Operator.CallPair("topk", this, (long)k, (long)dim, largest, sorted);

        public Tensor matmul(Tensor target) => Operator.Call("matmul", this, target);
        public Tensor mm(Tensor target) => Operator.Call("mm", this, target);
        public Tensor bmm(Tensor batch2) => Operator.Call("bmm", this, batch2);
        public Tensor mv(Tensor target) => Operator.Call("mv", this, target);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Operator.Call("addmm", this, mat1, mat2, (double)beta, (double)alpha);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Operator.Call("baddbmm", this, batch1, batch2, (double)beta, (double)alpha);

        public Tensor t() => Operator.Call("t", this);
        public Tensor transpose(long dim0, long dim1) => Operator.Call("transpose.int", this, dim0, dim1);
        public Tensor permute(params long[] permutation) => Operator.Call("permute", this, permutation);
        public Tensor view(params long[] shape) => Operator.Call("view", this, shape);
        public Tensor reshape(params long[] shape) => Operator.Call("reshape", this, shape);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Operator.Call("flatten.using_ints", this, start_dim, end_dim);
        public Tensor unsqueeze(long dim) => Operator.Call("unsqueeze", this, dim);
        public Tensor squeeze(long? dim = null) => dim is long given ? Operator.Call("squeeze.dim", this, given) : Operator.Call("squeeze", this);
        public Tensor expand(params long[] sizes) => Operator.Call("expand", this, sizes);
        public Tensor contiguous() => Operator.Call("contiguous", this);
        public Tensor[] split(long size, int dim = 0) => Operator.CallList("split.Tensor", (int)(this.size(dim) / Math.Max(size, 1)) + 1, this, size, (long)dim);
        public Tensor[] split(long[] sizes, long dim = 0) => Operator.CallList("split_with_sizes", sizes.Length, this, sizes, dim);
        public Tensor[] chunk(long chunks, long dim = 0) => Operator.CallList("chunk", (int)chunks, this, chunks, dim);

        public Tensor narrow(long dim, long start, long length) => Operator.Call("narrow", this, dim, start, length);
        public Tensor select(long dim, long index) => Operator.Call("select.int", this, dim, index);
        public Tensor slice(long dim, long start, long finish, long step) => Operator.Call("slice.Tensor", this, dim, start, finish, step);
        public Tensor index_select(long dim, Tensor index) => Operator.Call("index_select", this, dim, index);
        public Tensor gather(long dim, Tensor index) => Operator.Call("gather", this, dim, index);
        public Tensor scatter(long dim, Tensor index, Tensor src) => Operator.Call("scatter.src", this, dim, index, src);
        public Tensor masked_fill(Tensor mask, Scalar value) => Operator.Call("masked_fill.Scalar", this, mask, value);
        public Tensor masked_select(Tensor mask) => Operator.Call("masked_select", this, mask);
        public Tensor tril(long diagonal = 0) => Operator.Call("tril", this, diagonal);
        public Tensor triu(long diagonal = 0) => Operator.Call("triu", this, diagonal);
        public Tensor repeat_interleave(long repeats, long? dim = null) => Operator.Call("repeat_interleave.self_int", this, repeats, dim);

        public Tensor clone() => Operator.Call("clone", this);
        public Tensor alias() => Operator.Call("alias", this);
        public Tensor detach() => Operator.Call("detach", this);
        public Tensor to(ScalarType type, bool copy = false) => Operator.Call("to.dtype", this, type, false, copy);
        public Tensor to(ScalarType type, Device device, bool copy = false) => Operator.Call("to.device", this, device, type, false, copy);
        public Tensor to(Device device, bool copy = false) => Operator.Call("to.device", this, device, dtype, false, copy);
        public Tensor cpu() => to(CPU);
        public Tensor cuda(Device? device = null) => to(device ?? CUDA);

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
