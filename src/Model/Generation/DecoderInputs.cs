namespace ActorRlhf.Model.Generation;

/// <summary>The rules that both decoders hold their callers to.</summary>
internal static class DecoderInputs
{
    /// <summary>Throws what <see cref="IDecoder.Advance"/> documents, before anything is changed.</summary>
    /// <param name="named">Scratch, one a slot.</param>
    public static void Check(IDecoder decoder, ReadOnlySpan<SlotTokens> inputs, bool[] named)
    {
        Array.Clear(named);
        foreach (var (slot, tokens) in inputs)
        {
            if ((uint)slot >= (uint)decoder.Slots)
                throw new ArgumentException($"slot {slot} does not exist; there are {decoder.Slots}", nameof(inputs));
            if (named[slot]) throw new ArgumentException($"slot {slot} is named twice in one step", nameof(inputs));
            named[slot] = true;
            if (tokens.IsEmpty) throw new ArgumentException($"slot {slot} was given no tokens", nameof(inputs));
            if (decoder.Length(slot) + tokens.Length > decoder.Capacity)
            {
                throw new ArgumentException(
                    $"slot {slot} holds {decoder.Length(slot)} tokens and cannot take {tokens.Length} more: "
                    + $"its capacity is {decoder.Capacity}",
                    nameof(inputs));
            }

            foreach (var token in tokens.Span)
            {
                if ((uint)token >= (uint)decoder.VocabularySize)
                {
                    throw new ArgumentException(
                        $"token {token} for slot {slot} is not in the vocabulary of {decoder.VocabularySize}", nameof(inputs));
                }
            }
        }
    }
}
