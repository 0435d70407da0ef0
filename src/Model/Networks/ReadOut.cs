namespace ActorRlhf.Model.Networks;

/// <summary>Where a reward model's scalar is read.</summary>
public enum ReadOut
{
    /// <summary>At the last token, as in the papers (Stiennon et al. 2020, section 3.4).</summary>
    LastToken,

    /// <summary>
    /// The mean over the response's tokens. A small network learns it from a fraction of the comparisons: each token is judged where it stands, and
    /// nothing has to be gathered at the end first.
    /// </summary>
    ResponseMean,
}
