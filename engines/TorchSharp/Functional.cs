namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public enum Reduction : long
            {
                None = 0,
                Mean = 1,
                Sum = 2,
            }

            public static partial class functional
            {
                public static Tensor gelu(Tensor x) => Operator.Call("gelu", x);

                public static Tensor gelu(Tensor x, Modules.GELU.Approximate approximate, bool inplace = false) =>
                    inplace ? Operator.CallInPlace("gelu_", x, approximate.ToString()).alias() : Operator.Call("gelu", x, approximate.ToString());

                public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                    Operator.Call("layer_norm", input, normalized_shape, weight, bias, eps);

                public static Tensor logsigmoid(Tensor x) => Operator.Call("log_sigmoid", x);

                /// <summary>Cross-entropy of logits [n, classes] against class numbers [n] (int64).</summary>
                public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                    Operator.Call("cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);

                /// <summary>
                /// softmax(q kᵀ / √d) v over the last two dimensions. libtorch 2 has the fused operator; 1.13 has the unfused one under a private name.
                /// </summary>
                public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
                {
                    if (p < 0)
                        throw new ArgumentException($"dropout probability {p} is negative", nameof(p));
                    if (is_casual && attn_mask is not null)
                        throw new ArgumentException("causal attention takes no mask", nameof(attn_mask));
                    if (Operator.Exists("scaled_dot_product_attention"))
                        return Operator.Call("scaled_dot_product_attention", query, key, value, attn_mask, p, is_casual);
                    var (attended, weights) = Operator.CallPair("_scaled_dot_product_attention", query, key, value, attn_mask, p, true, is_casual);
                    weights.Dispose();
                    return attended;
                }
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Holds the names of GELU's approximations.</summary>
    public sealed class GELU
    {
        private GELU()
        {
        }

        public enum Approximate
        {
            none,
            tanh,
        }
    }
}
