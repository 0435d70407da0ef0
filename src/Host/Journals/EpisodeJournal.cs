using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using Google.Protobuf;

namespace ActorRlhf.Host.Journals;

/// <summary>
/// Finds what a run's journals have of one episode. An actor's events go forward in batches, so a few looks at the beginnings of events, each time in the middle of what is left,
/// find the right one among any number.
/// </summary>
/// <param name="rows">The journals.</param>
/// <param name="plan">Which episodes there are.</param>
public sealed class EpisodeJournal(JournalRows rows, EpisodePlan plan)
{
    private const int HeadBytes = 128; // a shape and a number
    private static readonly string Formed = ProtocolSerializer.Manifests[typeof(BatchFormed)];
    private static readonly string Scored = ProtocolSerializer.Manifests[typeof(EpisodesScored)];

    /// <summary>The batch that an episode was trained on in, and when it was formed; null where it has not been, or is not kept.</summary>
    public (BatchFormed Batch, DateTimeOffset At)? Training(long episode)
    {
        var (learner, batch) = (Learner.PersistenceIdOf(plan.Run), plan.BatchOf(episode));
        if (FirstFrom(learner, Formed, batch) is not { } at) return null;
        var row = rows.From(learner, at, Formed).First();
        var formed = BatchFormed.Parser.ParseFrom(row.Message);
        return formed.Batch == batch ? (formed, row.Written) : null;
    }

    /// <summary>An episode's accepted result, and when its shard journaled it; null where it has none, or it is not kept.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="oldest">The least number of batches that its shard can have known to be trained then.</param>
    public (ScoredEpisode Result, DateTimeOffset At)? Acceptance(long episode, long oldest)
    {
        var (shard, batch) = (EpisodeShard.PersistenceIdOf(plan.Run, plan.ShardOf(episode)), plan.BatchOf(episode));
        if (FirstFrom(shard, Scored, Math.Max(0, oldest)) is not { } first) return null;
        foreach (var row in rows.From(shard, first, Scored))
        {
            var scored = EpisodesScored.Parser.ParseFrom(row.Message);
            if (scored.Episodes.FirstOrDefault(result => result.Episode == episode) is { } found) return (found, row.Written);
            if (scored.Version > batch) return null; // what comes later is refused
        }

        return null;
    }

    // The number of the first event of a kind whose own number, its second field, is not below one.
    private long? FirstFrom(string actor, string manifest, long number)
    {
        if (rows.Bounds(actor) is not var (low, high)) return null;
        long? found = null;
        while (low <= high)
        {
            var middle = low + (high - low) / 2;
            if (rows.Head(actor, middle, high, manifest, HeadBytes) is not { } head)
            {
                high = middle - 1;
            }
            else if (SecondField(head.Message) >= number)
            {
                found = head.SequenceNr;
                high = middle - 1;
            }
            else
            {
                low = head.SequenceNr + 1;
            }
        }

        return found;
    }

    // Of an event cut off: its first field is its shape, its second a number, which is not there where it is 0.
    private static long SecondField(byte[] message)
    {
        var input = new CodedInputStream(message);
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            var field = WireFormat.GetTagFieldNumber(tag);
            if (field > 2) break;
            if (field == 2) return input.ReadInt64();
            input.SkipLastField();
        }

        return 0;
    }
}
