namespace ActorRlhf.Model.Rewards;

/// <summary>A judgement: of several responses to one query, which is the best.</summary>
/// <param name="Query">Tokens of the query, without padding.</param>
/// <param name="Responses">Tokens of at least two responses; a missing end-of-text token is added where they are read.</param>
/// <param name="Choice">Index of the best response.</param>
public sealed record Preference(int[] Query, int[][] Responses, int Choice)
{
    /// <summary>Says what is wrong with the preference.</summary>
    /// <exception cref="ArgumentException">There are fewer than two responses, or the choice is none of them.</exception>
    public void Validate()
    {
        if (Responses.Length < 2)
            throw new ArgumentException($"a preference compares at least two responses, not {Responses.Length}");
        if ((uint)Choice >= (uint)Responses.Length)
            throw new ArgumentException($"choice {Choice} is none of the {Responses.Length} responses, which count from 0");
    }
}
