using ActorRlhf.Model.Generation.Kernels;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>
/// The keys and values of every position in every slot: allocated once, filled as tokens come. A head's keys are <c>[capacity / 16,
/// head width, 16]</c> and its values <c>[capacity, head width]</c>, as <see cref="CachedAttention{TLanes, TVector}"/> reads them.
/// </summary>
internal sealed unsafe class KeyValueCache : IDisposable
{
    private readonly AlignedBuffer _memory;
    private readonly long _head;
    private readonly int _heads;
    private readonly int _slots;
    private readonly int[] _lengths;

    public KeyValueCache(TransformerConfig config, int slots, int capacity)
    {
        _head = (long)KernelLayout.Padded(capacity) * config.HeadWidth;
        _heads = config.Heads;
        _slots = slots;
        _lengths = new int[slots];
        Capacity = capacity;
        // Lanes beyond a slot's length are computed on and thrown away, so what stands there does not matter.
        _memory = new AlignedBuffer(2L * config.Layers * slots * _heads * _head, zeroed: false);
    }

    /// <summary>Positions a slot holds.</summary>
    public int Capacity { get; }

    public ReadOnlySpan<int> Lengths => _lengths;

    public void SetLength(int slot, int length) => _lengths[slot] = length;

    public float* Keys(int layer, int slot, int head) =>
        _memory.Start + ((((long)layer * _slots) + slot) * 2 * _heads * _head) + (head * _head);

    public float* Values(int layer, int slot, int head) => Keys(layer, slot, head) + (_heads * _head);

    public void Dispose() => _memory.Dispose();
}
