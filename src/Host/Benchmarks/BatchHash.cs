using System.Buffers.Binary;
using System.IO.Hashing;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// The "weights" of <see cref="ConstantTrainer"/>: a hash of every batch in turn (XxHash128 of the hash before it and of everything in the batch), so that two of them
/// are equal only if they have learned from the same batches in the same order.
/// </summary>
public sealed class BatchHash
{
    /// <summary>The name of the only parameter: the hash, 16 bits a value.</summary>
    public const string Parameter = "hash";

    private const int Size = 16;

    private readonly XxHash128 _hash = new();
    private readonly byte[] _state = new byte[Size];

    /// <summary>What a block that holds it looks like.</summary>
    public static IReadOnlyList<TensorShape> Shapes { get; } = [new TensorShape(Parameter, [Size / sizeof(ushort)])];

    /// <summary>32 hexadecimal digits.</summary>
    public string Text => Convert.ToHexStringLower(_state);

    /// <summary>Learns from a batch.</summary>
    public void Add(BatchFormed batch)
    {
        _hash.Append(_state);
        Span<byte> numbers = stackalloc byte[3 * sizeof(long)];
        foreach (var episode in batch.Episodes)
        {
            BinaryPrimitives.WriteInt64LittleEndian(numbers, episode.Episode);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[sizeof(long)..], episode.PolicyVersion);
            BinaryPrimitives.WriteSingleLittleEndian(numbers[(2 * sizeof(long))..], episode.Score);
            BinaryPrimitives.WriteInt32LittleEndian(numbers[(2 * sizeof(long) + sizeof(float))..], episode.Response.Length);
            _hash.Append(numbers);
            _hash.Append(episode.Response.Span);
            _hash.Append(episode.Behaviour.Span);
            _hash.Append(episode.Reference.Span);
        }

        _hash.GetHashAndReset(_state);
    }

    /// <summary>Writes it into a block.</summary>
    public void Write(ParameterBlock block)
    {
        var values = new float[Size / sizeof(ushort)];
        for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadUInt16LittleEndian(_state.AsSpan(i * sizeof(ushort)));
        block.Set(Parameter, values);
    }

    /// <summary>Reads it from a block.</summary>
    public void Read(ParameterBlock block)
    {
        var values = block.Get(Parameter);
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(_state.AsSpan(i * sizeof(ushort)), (ushort)values[i]);
    }
}
