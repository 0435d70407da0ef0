using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActorRlhf.Model.Networks;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Generation;

/// <summary>Where each of a policy's parameters stands in memory. It reads them in place: there is no second copy.</summary>
internal sealed unsafe class DecoderWeights
{
    private readonly ParameterBlock _parameters; // keeps the memory alive

    /// <exception cref="ArgumentException">The parameters are not float32 on the CPU.</exception>
    public DecoderWeights(TransformerConfig config, ParameterBlock parameters)
    {
        if (parameters.Values.device_type != TorchSharp.DeviceType.CPU || parameters.Values.dtype != float32)
        {
            throw new ArgumentException(
                $"the CPU decoder reads float32 parameters on the CPU, not {parameters.Values.dtype} on {parameters.Device}");
        }
        _parameters = parameters;
        using var first = parameters.Values.narrow(0, 0, 1); // a span holds 2 GiB at most, and larger models are longer
        var start = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
        TokenEmbedding = start + parameters.Offset("wte.weight");
        PositionEmbedding = start + parameters.Offset("wpe.weight");
        FinalNorm = new Pair(start, parameters, "ln_f");
        Layers = new Layer[config.Layers];
        for (var i = 0; i < Layers.Length; i++)
        {
            var block = $"h.{i}.";
            Layers[i] = new Layer(
                new Pair(start, parameters, block + "ln_1"),
                new Pair(start, parameters, block + "attn.c_attn"),
                new Pair(start, parameters, block + "attn.c_proj"),
                new Pair(start, parameters, block + "ln_2"),
                new Pair(start, parameters, block + "mlp.c_fc"),
                new Pair(start, parameters, block + "mlp.c_proj"));
        }
    }

    public float* TokenEmbedding { get; }

    public float* PositionEmbedding { get; }

    public Pair FinalNorm { get; }

    public Layer[] Layers { get; }

    /// <summary>A weight and its bias.</summary>
    internal readonly struct Pair
    {
        public Pair(float* start, ParameterBlock parameters, string name)
        {
            Weight = start + parameters.Offset(name + ".weight");
            Bias = start + parameters.Offset(name + ".bias");
        }

        public float* Weight { get; }

        public float* Bias { get; }
    }

    /// <summary>One block's parameters in the order of their use.</summary>
    internal sealed record Layer(Pair FirstNorm, Pair Attention, Pair AttentionOutput, Pair SecondNorm, Pair Expansion, Pair Contraction);
}
