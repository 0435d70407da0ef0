using System.Globalization;
using ActorRlhf.Actors.Episodes;

namespace ActorRlhf.Host.Operations;

/// <summary>An episode's story in a sentence.</summary>
internal static class StoryText
{
    /// <summary>How far it is, and what of it is missing and why.</summary>
    /// <param name="story">The story.</param>
    /// <param name="plan">Which episodes there are.</param>
    /// <param name="isAnswered">Whether its shard has answered.</param>
    public static string Of(EpisodeStory story, EpisodePlan plan, bool isAnswered)
    {
        var text = story.Phase switch
        {
            StoryPhase.Trained when story.Tokens.Count > 0 => Invariant($"trained on in update {story.Update} of {plan.Batches}"),
            StoryPhase.Trained => Invariant($"trained on in update {story.Update} of {plan.Batches}; ")
                + "the journal has been compacted since, so nothing more is known of it (rlhf.cluster.keep-batches keeps batches)",
            StoryPhase.Formed => Invariant($"in the journaled batch of update {story.Update} of {plan.Batches}, which is taken now, or again"),
            StoryPhase.Held => Invariant($"generated, scored and journaled; it waits for the rest of the batch of update {story.Update} of {plan.Batches}"),
            StoryPhase.Leased => Invariant($"being worked on by {story.Holder}, whose lease lasts {Math.Max(0, story.LeaseSeconds ?? 0):0} s more; nothing of it is journaled yet"),
            _ => Invariant($"not generated yet; it is of the batch of update {story.Update} of {plan.Batches}"),
        };
        return isAnswered || story.Phase is StoryPhase.Trained ? text : $"{text} (its shard does not answer: what the journal does not have is not known)";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
