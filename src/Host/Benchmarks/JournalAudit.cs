using System.Collections;
using System.IO.Hashing;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Journals;
using Google.Protobuf;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// Goes through the whole journal of a finished run, of which nothing was deleted, and finds out what became of every episode: which were trained on, in which order and how
/// often, and whether each was trained on with the very result that its shard had accepted. It believes no counter.
/// </summary>
/// <param name="plan">Which episodes there are.</param>
/// <param name="vocabulary">Tokens in the vocabulary.</param>
/// <param name="maxTokens">The longest response.</param>
public sealed class JournalAudit(EpisodePlan plan, int vocabulary, int maxTokens)
{
    private const int MostFaults = 20;

    private readonly UInt128[] _trained = new UInt128[plan.TotalEpisodes]; // a hash of the result; 0 for none
    private readonly BitArray _accepted = new(checked((int)plan.TotalEpisodes));
    private readonly List<string> _faults = [];
    private readonly ArrayHash _hash = new();

    /// <summary>Episodes that were trained on.</summary>
    public long Trained { get; private set; }

    /// <summary>Episodes that were never trained on.</summary>
    public long Lost => plan.TotalEpisodes - Trained;

    /// <summary>How often an episode was trained on that had been before.</summary>
    public long Duplicated { get; private set; }

    /// <summary>Results that shards accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>Results that shards refused, by their own last count.</summary>
    public long Refused { get; private set; }

    /// <summary>Bytes of all events.</summary>
    public long Bytes { get; private set; }

    /// <summary>Events.</summary>
    public long Events { get; private set; }

    /// <summary>What is not as it should be, the first few; empty when all is well.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Reads the learner's journal.</summary>
    /// <param name="rows">Its events.</param>
    /// <param name="train">Given each batch, in order, for a run of one's own.</param>
    public void ReadLearner(IEnumerable<JournalRow> rows, Action<BatchFormed> train)
    {
        var (batches, checkpoint) = (0L, 0L);
        foreach (var row in Numbered("the learner", rows))
        {
            if (row.Manifest == ProtocolSerializer.Manifests[typeof(CheckpointWritten)])
            {
                checkpoint = CheckpointWritten.Parser.ParseFrom(row.Message).Version;
                continue;
            }

            if (row.Manifest == ProtocolSerializer.Manifests[typeof(TrainingSteered)]) continue;
            Require(row.Manifest == ProtocolSerializer.Manifests[typeof(BatchFormed)], $"the learner's event {row.SequenceNr} is {row.Manifest}");
            var batch = BatchFormed.Parser.ParseFrom(row.Message);
            Require(batch.Batch == batches, $"batch {batch.Batch} was formed after {batches} batches");
            var next = plan.FirstOf(batches++);
            foreach (var episode in batch.Episodes)
            {
                Require(episode.Episode == next, $"batch {batch.Batch} has episode {episode.Episode} where {next} is next");
                next++;
                Train(batch, episode);
            }

            Require(next == plan.FirstOf(batches), $"batch {batch.Batch} has {batch.Episodes.Count} episodes");
            train(batch);
        }

        Require(batches == plan.Batches, $"{batches} of {plan.Batches} batches were formed");
        Require(checkpoint == plan.Batches, $"the last checkpoint was written after {checkpoint} of {plan.Batches} batches");
    }

    /// <summary>Reads a shard's journal, after the learner's.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="rows">Its events.</param>
    public void ReadShard(int shard, IEnumerable<JournalRow> rows)
    {
        var (accepted, last) = (0L, new BatchesTrained { Counters = new ShardCounters() });
        foreach (var row in Numbered($"shard {shard}", rows))
        {
            if (row.Manifest == ProtocolSerializer.Manifests[typeof(BatchesTrained)])
            {
                last = BatchesTrained.Parser.ParseFrom(row.Message);
                continue;
            }

            Require(row.Manifest == ProtocolSerializer.Manifests[typeof(EpisodesScored)], $"shard {shard}'s event {row.SequenceNr} is {row.Manifest}");
            foreach (var episode in EpisodesScored.Parser.ParseFrom(row.Message).Episodes)
            {
                accepted++;
                if (!IsKnown(episode, $"shard {shard}")) continue;
                Require(plan.ShardOf(episode.Episode) == shard, $"shard {shard} accepted episode {episode.Episode}, which is not its own");
                Require(!_accepted[(int)episode.Episode], $"shard {shard} accepted two results of episode {episode.Episode}");
                Require(_trained[episode.Episode] == _hash.Of(episode), $"episode {episode.Episode} was not trained on with the result that shard {shard} accepted");
                _accepted[(int)episode.Episode] = true;
            }
        }

        Require(accepted == plan.CountInShard(shard, plan.TotalEpisodes), $"shard {shard} accepted {accepted} results");
        Require(last.Version == plan.Batches, $"shard {shard} knows of {last.Version} of {plan.Batches} batches");
        Require(last.Counters.Accepted == accepted && last.Counters.Unaccounted == 0, $"shard {shard} counts {last.Counters}, {accepted} results are in its journal");
        Accepted += accepted;
        Refused += last.Counters.Refused.Sum();
    }

    /// <summary>Notes a fault that somebody else has found.</summary>
    public void Require(bool isRight, string fault)
    {
        if (!isRight && _faults.Count < MostFaults) _faults.Add(fault);
    }

    private void Train(BatchFormed batch, ScoredEpisode episode)
    {
        if (!IsKnown(episode, $"batch {batch.Batch}")) return;
        ref var known = ref _trained[episode.Episode];
        if (known != 0) Duplicated++;
        else Trained++;
        known = _hash.Of(episode);
        if (episode.Flaw(vocabulary, maxTokens) is { } flaw) Require(false, $"episode {episode.Episode} of batch {batch.Batch}: {flaw}");
    }

    private bool IsKnown(ScoredEpisode episode, string where)
    {
        var isKnown = episode.Episode >= 0 && episode.Episode < plan.TotalEpisodes;
        Require(isKnown, $"{where} has episode {episode.Episode} of {plan.TotalEpisodes}");
        return isKnown;
    }

    private IEnumerable<JournalRow> Numbered(string whose, IEnumerable<JournalRow> rows)
    {
        var last = 0L;
        foreach (var row in rows)
        {
            Require(row.SequenceNr == ++last, $"{whose}: event {row.SequenceNr} follows event {last - 1}");
            last = row.SequenceNr;
            Bytes += row.Bytes;
            Events++;
            yield return row;
        }
    }

    // Of an episode's protobuf bytes; one buffer for all.
    private sealed class ArrayHash
    {
        private byte[] _bytes = new byte[1024];

        public UInt128 Of(ScoredEpisode episode)
        {
            var size = episode.CalculateSize();
            if (size > _bytes.Length) _bytes = new byte[2 * size];
            var span = _bytes.AsSpan(0, size);
            episode.WriteTo(span);
            return XxHash128.HashToUInt128(span);
        }
    }
}
