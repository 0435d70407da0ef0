using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Model.Networks;

/// <summary>The shape of a GPT-2 decoder (Radford et al. 2019). Defaults are GPT-2 124M's.</summary>
public sealed record TransformerConfig
{
    /// <summary>Tokens in the vocabulary: rows of <c>wte.weight</c>.</summary>
    [Range(2, 1_000_000)]
    public int VocabularySize { get; init; } = 50_257;

    /// <summary>The longest sequence, in tokens: rows of <c>wpe.weight</c>.</summary>
    [Range(1, 1_000_000)]
    public int ContextLength { get; init; } = 1_024;

    /// <summary>Width of the residual stream, <c>n_embd</c>.</summary>
    [Range(1, 65_536)]
    public int Width { get; init; } = 768;

    /// <summary>Blocks, <c>n_layer</c>.</summary>
    [Range(1, 1_000)]
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads, <c>n_head</c>; must divide <see cref="Width"/>.</summary>
    [Range(1, 1_000)]
    public int Heads { get; init; } = 12;

    /// <summary>Added to the variance in layer norms.</summary>
    [Range(1e-12, 1e-1)]
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>Width of one head.</summary>
    public int HeadWidth => Width / Heads;

    /// <exception cref="UserErrorException">The heads do not divide the width.</exception>
    public void Validate()
    {
        if (Width % Heads != 0)
            throw new UserErrorException($"heads = {Heads} does not divide width = {Width}; choose a width that is a multiple of the heads");
    }

    /// <summary>The body's tensors by their names in a Hugging Face GPT-2 checkpoint, matrices first (these take weight decay), then vectors.</summary>
    public IReadOnlyList<TensorShape> BodyShapes()
    {
        List<TensorShape> matrices = [new("wte.weight", [VocabularySize, Width]), new("wpe.weight", [ContextLength, Width])];
        List<TensorShape> vectors = [];
        for (var layer = 0; layer < Layers; layer++)
        {
            var block = $"h.{layer}.";
            matrices.Add(new(block + "attn.c_attn.weight", [Width, 3 * Width]));
            matrices.Add(new(block + "attn.c_proj.weight", [Width, Width]));
            matrices.Add(new(block + "mlp.c_fc.weight", [Width, 4 * Width]));
            matrices.Add(new(block + "mlp.c_proj.weight", [4 * Width, Width]));
            vectors.Add(new(block + "ln_1.weight", [Width]));
            vectors.Add(new(block + "ln_1.bias", [Width]));
            vectors.Add(new(block + "attn.c_attn.bias", [3 * Width]));
            vectors.Add(new(block + "attn.c_proj.bias", [Width]));
            vectors.Add(new(block + "ln_2.weight", [Width]));
            vectors.Add(new(block + "ln_2.bias", [Width]));
            vectors.Add(new(block + "mlp.c_fc.bias", [4 * Width]));
            vectors.Add(new(block + "mlp.c_proj.bias", [Width]));
        }
        vectors.Add(new("ln_f.weight", [Width]));
        vectors.Add(new("ln_f.bias", [Width]));
        return [.. matrices, .. vectors];
    }
}
