namespace ActorRlhf.Model.Alarms;

/// <summary>How much a response says again (seq-rep-n of Welleck et al. 2020, with n = 2, because summaries are short).</summary>
public static class Repetition
{
    /// <summary>
    /// 1 − distinct pairs / pairs, over the pairs of neighbouring tokens: 0 where none comes twice, towards 1 where one or few tokens come again and again. A response of fewer than three
    /// tokens has at most one pair, and 0.
    /// </summary>
    /// <param name="response">The response's tokens.</param>
    public static double Of(ReadOnlySpan<int> response)
    {
        var pairs = response.Length - 1;
        if (pairs < 2) return 0;
        var distinct = new HashSet<(int, int)>(pairs);
        for (var i = 0; i < pairs; i++) distinct.Add((response[i], response[i + 1]));
        return 1 - (double)distinct.Count / pairs;
    }
}
