using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Gelu = TorchSharp.Modules.GELU.Approximate;

namespace ActorRlhf.Model.Networks;

/// <summary>
/// GPT-2's decoder (Radford et al. 2019): pre-norm blocks of causal attention and a four times wider MLP with tanh-approximated GELU.
/// Everything but attention works on packed rows, [tokens, width]; weights are [in, out] as in GPT-2's checkpoints.
/// </summary>
internal static class TransformerBody
{
    /// <summary>The rows after the last layer norm, [tokens, width].</summary>
    /// <exception cref="ArgumentException">A sequence is longer than the context.</exception>
    public static Tensor Hidden(TransformerConfig config, ParameterBlock parameters, PackedBatch batch)
    {
        if (batch.Depth > config.ContextLength)
            throw new ArgumentException($"a sequence of {batch.Depth} tokens does not fit the context of {config.ContextLength}");
        using var scope = NewDisposeScope();
        var x = parameters["wte.weight"].index_select(0, batch.Tokens) + parameters["wpe.weight"].index_select(0, batch.Positions);  // (N, C)
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var block = $"h.{layer}.";
            x = x + Attention(config, parameters, block, Norm(config, parameters, block + "ln_1", x), batch);
            x = x + Mlp(parameters, block, Norm(config, parameters, block + "ln_2", x));
        }
        return Norm(config, parameters, "ln_f", x).MoveToOuterDisposeScope();
    }

    private static Tensor Attention(TransformerConfig config, ParameterBlock parameters, string block, Tensor x, PackedBatch batch)
    {
        var qkv = Project(parameters, block + "attn.c_attn", x);  // (N, 3C)
        var runs = batch.Runs().ToArray();
        // One split and one concatenation, and not a slice a run: a slice's gradient is a whole tensor of zeros.
        var pieces = qkv.split(runs.Select(run => (long)run.Count * run.Length).ToArray());
        var attended = new Tensor[runs.Length];
        for (var i = 0; i < runs.Length; i++)
        {
            var (count, length, mask) = runs[i];
            var heads = pieces[i].split(config.Width, 1)  // 3 × (B·T, C)
                .Select(part => part.view(count, length, config.Heads, config.HeadWidth).transpose(1, 2)).ToArray();  // (B, h, T, d)
            attended[i] = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2], mask, is_casual: mask is null)
                .transpose(1, 2).reshape((long)count * length, config.Width);
        }
        return Project(parameters, block + "attn.c_proj", attended.Length == 1 ? attended[0] : cat(attended));
    }

    internal static Tensor Mlp(ParameterBlock parameters, string block, Tensor x) =>
        Project(parameters, block + "mlp.c_proj", functional.gelu(Project(parameters, block + "mlp.c_fc", x), Gelu.tanh));

    internal static Tensor Project(ParameterBlock parameters, string name, Tensor x) =>
        parameters[name + ".bias"].addmm(x, parameters[name + ".weight"]);

    internal static Tensor Norm(TransformerConfig config, ParameterBlock parameters, string name, Tensor x) =>
        functional.layer_norm(x, [config.Width], parameters[name + ".weight"], parameters[name + ".bias"], config.LayerNormEpsilon);
}
