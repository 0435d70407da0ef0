using System.Globalization;
using ActorRlhf.Actors.Protocol;
using Google.Protobuf;

namespace ActorRlhf.Host.Chaos;

/// <summary>
/// Holds what a run has left behind against itself: the learner's journal against the plan, the shards' journals against the learner's, and the responses that processes have recorded
/// against all of them. It believes no counter of an actor.
/// </summary>
public sealed class ChaosAudit
{
    private const int Examples = 5; // of a kind of fault, in words

    private readonly ChaosEvidence _evidence;
    private readonly Dictionary<long, ScoredEpisode> _trained = [];
    private readonly List<string> _findings = [];
    private readonly Dictionary<string, int> _repeated = [];

    private ChaosAudit(ChaosEvidence evidence) => _evidence = evidence;

    /// <summary>Audits.</summary>
    public static ChaosAccount Of(ChaosEvidence evidence)
    {
        var audit = new ChaosAudit(evidence);
        var duplicated = audit.Learner();
        var accepted = audit.Shards();
        var account = audit.Responses() with { Trained = audit._trained.Count, Duplicated = duplicated, Journaled = accepted };
        if (account.Generated != account.Trained + account.RefusedTotal + account.InFlight)
        {
            audit._findings.Add(Text(
                $"{account.Generated} responses were generated; {account.Trained} trained, {account.RefusedTotal} refused and {account.InFlight} in flight are {account.Trained + account.RefusedTotal + account.InFlight}"));
        }

        foreach (var (kind, count) in audit._repeated.Where(kind => kind.Value > Examples)) audit._findings.Add(Text($"{kind}: {count - Examples} more"));
        return account with { Findings = audit._findings };
    }

    // Batches one after the other, each with its episodes; how many episodes were trained on a second time.
    private int Learner()
    {
        var (plan, batch, duplicated) = (_evidence.Plan, 0L, 0);
        Require("the learner's journal", _evidence.Learner);
        foreach (var formed in _evidence.Learner.Select(entry => entry.Event).OfType<BatchFormed>())
        {
            if (formed.Batch != batch) Fault("batch", Text($"batch {formed.Batch} was formed when {batch} was next"));
            batch = formed.Batch + 1;
            var (first, count) = (plan.FirstOf(formed.Batch), plan.FirstOf(formed.Batch + 1) - plan.FirstOf(formed.Batch));
            if (formed.Episodes.Count != count) Fault("batch", Text($"batch {formed.Batch} has {formed.Episodes.Count} episodes, not {count}"));
            for (var i = 0; i < formed.Episodes.Count; i++)
            {
                var episode = formed.Episodes[i];
                if (episode.Episode != first + i) Fault("batch", Text($"batch {formed.Batch} has episode {episode.Episode} in place of {first + i}"));
                if (formed.Batch - episode.PolicyVersion is var lag && (lag < 0 || lag > _evidence.MaxPolicyLag))
                    Fault("lag", Text($"episode {episode.Episode} of batch {formed.Batch} is of policy {episode.PolicyVersion}"));
                if (_trained.TryAdd(episode.Episode, episode)) continue;
                duplicated++;
                Fault("twice", Text($"episode {episode.Episode} was trained on twice"));
            }
        }

        if (batch != plan.Batches) Fault("batch", Text($"{batch} batches were formed, not {plan.Batches}"));
        if (_trained.Count != plan.TotalEpisodes) Fault("lost", Text($"{_trained.Count} episodes were trained on, not {plan.TotalEpisodes}"));
        return duplicated;
    }

    // What was journaled was trained on, bit for bit, and nothing else was; how many that were.
    private int Shards()
    {
        var (plan, accepted) = (_evidence.Plan, new HashSet<long>());
        for (var shard = 0; shard < _evidence.Shards.Count; shard++)
        {
            Require(Text($"the journal of shard {shard}"), _evidence.Shards[shard]);
            var version = 0L;
            foreach (var entry in _evidence.Shards[shard])
            {
                if (entry.Event is BatchesTrained trained)
                {
                    version = trained.Version;
                    if (trained.Counters.Unaccounted != 0) Fault("unaccounted", Text($"shard {shard}: {trained.Counters.Unaccounted} episodes were trained on that it does not have"));
                }
                else if (entry.Event is EpisodesScored scored)
                {
                    foreach (var episode in scored.Episodes) Journaled(shard, episode);
                }
            }

            if (version != plan.Batches) Fault("behind", Text($"shard {shard} has journaled that {version} of {plan.Batches} batches are trained"));
        }

        foreach (var episode in _trained.Keys.Where(episode => !accepted.Contains(episode))) Fault("never", Text($"episode {episode} was trained on and never journaled by its shard"));
        return accepted.Count;

        void Journaled(int shard, ScoredEpisode episode)
        {
            if (!accepted.Add(episode.Episode)) Fault("again", Text($"episode {episode.Episode} was journaled twice"));
            if (plan.ShardOf(episode.Episode) != shard) Fault("foreign", Text($"episode {episode.Episode} is in the journal of shard {shard}"));
            if (!_trained.TryGetValue(episode.Episode, out var trained)) Fault("lost", Text($"episode {episode.Episode} was journaled and never trained on"));
            else if (!trained.ToByteString().Equals(episode.ToByteString())) Fault("bits", Text($"episode {episode.Episode} was trained on as something else than was journaled"));
        }
    }

    // Of an episode's responses one was trained on. It is the one whose rollout was told so, or else one with the same bits whose rollout was told otherwise, or nothing because it was
    // dead. The others were refused, or were in flight when their process was killed.
    private ChaosAccount Responses()
    {
        var (generated, inFlight, refused) = (0, 0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var file in _evidence.Responses)
        {
            generated += file.Entries.Count;
            if (file.Strays > 0) Fault("stray", Text($"{file.Name} was told of {file.Strays} responses that it had not generated"));
            if (file.HasEnded && file.Entries.Count(entry => entry.Fate == Fate.Unsettled) is > 0 and var open)
                Fault("unsettled", Text($"{file.Name} ended in good order with {open} responses that nobody had settled"));
        }

        foreach (var episode in _evidence.Responses.SelectMany(file => file.Entries).GroupBy(entry => entry.Episode))
        {
            var digest = _trained.TryGetValue(episode.Key, out var trained) ? ResponseDigest.Of(trained) : (ulong?)null;
            var acknowledged = episode.Where(entry => entry.Fate == Fate.Journaled).ToList();
            if (acknowledged.Count > 1) Fault("acknowledged", Text($"{acknowledged.Count} responses of episode {episode.Key} are said to be journaled"));
            foreach (var _ in acknowledged.Where(entry => entry.Digest != digest))
                Fault("broken", Text($"a response of episode {episode.Key} is said to be journaled and was not trained on"));
            var chosen = acknowledged.Concat(episode.Where(entry => entry.Digest == digest).OrderBy(entry => entry.Fate)).FirstOrDefault();
            if (chosen is null && digest is not null) Fault("unknown", Text($"episode {episode.Key} was trained on a response that no process generated"));
            foreach (var entry in episode.Where(entry => !ReferenceEquals(entry, chosen)))
            {
                if (entry.Fate == Fate.Unsettled) inFlight++;
                else if (entry.Fate > Fate.Refused) Refused(entry.Episode, entry.Fate - Fate.Refused);
            }
        }

        var made = _evidence.Responses.SelectMany(file => file.Entries).Select(entry => entry.Episode).ToHashSet();
        foreach (var episode in _trained.Keys.Where(episode => !made.Contains(episode))) Fault("unknown", Text($"episode {episode} was trained on a response that no process generated"));
        return new ChaosAccount { Generated = generated, InFlight = inFlight, Refused = refused };

        void Refused(long episode, int reason)
        {
            var name = ((RefusalReason)reason).ToString().ToLowerInvariant();
            refused[name] = refused.GetValueOrDefault(name) + 1;
            if ((RefusalReason)reason is not (RefusalReason.Late or RefusalReason.Duplicate)) Fault("refused", Text($"a response of episode {episode} was refused as {name}"));
        }
    }

    private void Require(string journal, IReadOnlyList<JournalEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].SequenceNr == i + 1) continue;
            Fault("gap", Text($"{journal} has event {entries[i].SequenceNr} in place of {i + 1}"));
            return;
        }
    }

    private void Fault(string kind, string text)
    {
        if ((_repeated[kind] = _repeated.GetValueOrDefault(kind) + 1) <= Examples) _findings.Add(text);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
