using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>New tokens of the sequence in a slot: a whole query at first, then one token a step.</summary>
/// <param name="Slot">The slot's number.</param>
/// <param name="Tokens">At least one token id.</param>
public readonly record struct SlotTokens(int Slot, ReadOnlyMemory<int> Tokens);

/// <summary>
/// A policy with a key-value cache: it holds one sequence a slot and gives the next token's logits as tokens are added.
/// A sequence's logits do not depend on what is in the other slots. Not for concurrent use.
/// </summary>
public interface IDecoder : IDisposable
{
    /// <summary>Sequences held side by side.</summary>
    int Slots { get; }

    /// <summary>Tokens that a slot holds.</summary>
    int Capacity { get; }

    /// <summary>Tokens in the vocabulary.</summary>
    int VocabularySize { get; }

    /// <summary>Tokens now in a slot.</summary>
    int Length(int slot);

    /// <summary>Empties a slot for another sequence.</summary>
    void Clear(int slot);

    /// <summary>
    /// Appends tokens to slots, each slot at most once, and computes the logits after the last token of each. Queries and single steps
    /// may be mixed.
    /// </summary>
    /// <exception cref="ArgumentException">A slot does not exist, is named twice or would overflow; an input has no tokens; a token is
    /// not in the vocabulary.</exception>
    void Advance(ReadOnlySpan<SlotTokens> inputs);

    /// <summary>
    /// The logits after the last token of input <paramref name="index"/> of the last <see cref="Advance"/>, [vocabulary]; valid until
    /// the next.
    /// </summary>
    ReadOnlySpan<float> Logits(int index);

    /// <summary>
    /// Goes on with other weights of the same shape. What is cached stays: a sequence under way continues from keys and values of the
    /// weights that read them. The decoder reads the block in place and does not own it.
    /// </summary>
    void Use(ParameterBlock parameters);
}
