using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;
using Google.Protobuf;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>
/// A run's books without actors: shards, a learner, workers and messages between them that are lost, doubled and late, and crashes that leave the
/// journals alone. What happens is chosen by the random numbers that it is given.
/// </summary>
internal sealed class World
{
    private readonly EpisodeSettings _settings;
    private readonly EpisodePlan _plan;
    private readonly EpisodeLedger[] _shards;
    private readonly Journal[] _journals;
    private readonly Journal _learnerJournal = new();
    private readonly List<(int Shard, string Holder, Lease Lease)> _work = [];
    private readonly List<(int Shard, ScoredEpisode Result)> _results = [];
    private readonly Dictionary<long, ScoredEpisode> _journaled = [];
    private TrainingLedger _learner;
    private TimeSpan _now;
    private int _mark;
    private long _announced; // the newest version that workers have
    private long _delivered;
    private long _answered;

    // Weights are what they learned from, in order; the last two checkpoints' are on the disk.
    private List<ScoredEpisode> _weights = [];
    private (long Version, List<ScoredEpisode> Weights) _checkpoint = (0, []), _spare = (0, []);

    public World(EpisodeSettings settings)
    {
        (_settings, _plan) = (settings, settings.Plan);
        _shards = [.. Enumerable.Range(0, _plan.Shards).Select(shard => new EpisodeLedger(settings, shard))];
        _journals = [.. _shards.Select(_ => new Journal())];
        _learner = new TrainingLedger(_plan, settings.MaxPolicyLag);
        _learner.StartFrom(0);
    }

    public bool IsFinished => _learner.IsFinished && _learner.IsAcknowledged;

    /// <summary>Does something that can happen.</summary>
    public void Do(Random random)
    {
        var shard = random.Next(_shards.Length);
        switch (random.Next(20))
        {
            case 0 or 1:
                Lease(shard, $"holder {random.Next(3)}", random.Next(1, 100));
                break;
            case 2 or 3 when _work.Count > 0:
                Finish(random.Next(_work.Count), random);
                break;
            case 4 or 5 or 6 when _results.Count > 0:
                Deliver(random);
                break;
            case 7:
                _now += Runs.LeaseDuration * random.NextDouble();
                break;
            case 8 when _work.Count > 0:
                var (of, holder, lease) = _work[random.Next(_work.Count)]; // maybe worked on all the same
                _shards[of].Return(holder, [lease]);
                break;
            case 9:
                ReportForeign(shard, random);
                break;
            case 10 or 11:
                Collect(shard, random);
                break;
            case 12 or 13:
                Form(random.Next(10) == 0 ? random : null);
                break;
            case 14 or 15:
                Train();
                break;
            case 16:
                Checkpoint(random.Next(5) == 0 ? random : null);
                break;
            case 17 when random.Next(4) == 0:
                RestartShard(shard);
                break;
            case 18 when random.Next(4) == 0:
                RestartLearner(random);
                break;
            default:
                Check();
                break;
        }
    }

    /// <summary>Does what there is to do, with nothing going wrong any more, to the end.</summary>
    public void Finish(Random random)
    {
        for (var round = 0; !IsFinished; round++)
        {
            Assert.True(round < 10_000, "the run does not end");
            for (var shard = 0; shard < _shards.Length; shard++)
            {
                Lease(shard, "last", 1000);
                while (_work.Count > 0) Finish(0, random);
                while (_results.Count > 0) Report([_results[^1].Result], TakeLast(), isLost: false);
                Collect(shard, null);
            }

            Form(null);
            Train();
            _now += Runs.LeaseDuration;
        }

        int TakeLast()
        {
            var shard = _results[^1].Shard;
            _results.RemoveAt(_results.Count - 1);
            return shard;
        }
    }

    /// <summary>Every episode is in the weights once and in order, with the result that was journaled first, by a policy new enough.</summary>
    public void CheckEnd()
    {
        Check();
        Assert.Equal(Enumerable.Range(0, (int)_plan.TotalEpisodes).Select(episode => (long)episode), _weights.Select(result => result.Episode));
        foreach (var result in _weights)
        {
            Assert.Equal(_journaled[result.Episode], result);
            var batch = _plan.BatchOf(result.Episode);
            Assert.InRange(result.PolicyVersion, Math.Max(0, batch - _settings.MaxPolicyLag), batch);
        }

        Assert.Equal(_plan.TotalEpisodes, _shards.Sum(shard => shard.Counters.Accepted));
        Assert.All(_shards, shard => Assert.Equal((0, 0), (shard.Held, shard.Leased)));
    }

    private void Check()
    {
        Assert.Empty(_shards.SelectMany(shard => shard.Violations()).Concat(_learner.Violations()));
        Assert.Equal(_delivered, _answered);
        Assert.Equal(_plan.FirstOf(_learner.Version), _weights.Count);
    }

    private void Lease(int shard, string holder, int count) =>
        _work.AddRange(_shards[shard].Lease(holder, count, _now).Select(lease => (shard, holder, lease)));

    private void Finish(int work, Random random)
    {
        var (shard, _, lease) = _work[work];
        _work.RemoveAt(work);
        for (var i = 0; i < lease.Count; i++)
        {
            var version = lease.MinimumVersion + random.NextInt64(_announced - lease.MinimumVersion + 1);
            _results.Add((shard, Runs.Result(lease.First + i, version, _mark = (_mark + 1) % 1000)));
        }
    }

    // Some results of one shard together; they may come again later.
    private void Deliver(Random random)
    {
        var start = random.Next(_results.Count);
        var shard = _results[start].Shard;
        var chosen = _results.Skip(start).TakeWhile(result => result.Shard == shard).Take(random.Next(1, 80)).ToList();
        if (random.Next(5) > 0) _results.RemoveRange(start, chosen.Count);
        Report([.. chosen.Select(result => result.Result)], shard, isLost: random.Next(10) == 0);
    }

    private void ReportForeign(int shard, Random random) =>
        Report([Runs.Result(random.NextInt64(2 * _plan.TotalEpisodes), random.NextInt64(_announced + 3), 999)], shard, isLost: false, random.Next(2) == 0 ? "other" : Runs.Name);

    // Lost: the process ends when the event is on the disk and nobody has been told.
    private void Report(ScoredEpisode[] results, int shard, bool isLost, string run = Runs.Name)
    {
        var report = new EpisodesReported { Run = run, Shard = shard, Episodes = { results } };
        var (scored, answers) = _shards[shard].Accept([report]);
        _delivered += results.Length;
        _answered += answers.Sum(answer => answer.Accepted + answer.Refusals.Count);
        if (scored is null) return;
        var sequenceNr = _journals[shard].Add(scored);
        foreach (var episode in scored.Episodes) _journaled.Add(episode.Episode, episode); // throws where one is accepted twice
        if (isLost) RestartShard(shard);
        else _shards[shard].Apply(scored, sequenceNr);
    }

    private void Collect(int shard, Random? random)
    {
        if (_learner.Collect(shard) is not { } collect || IsLost()) return;
        var ledger = _shards[shard];
        if (ledger.Train(collect.Version) is { } trained)
        {
            var sequenceNr = _journals[shard].Add(trained);
            if (IsLost())
            {
                RestartShard(shard);
                return;
            }

            ledger.Apply(trained, sequenceNr);
            _journals[shard].DeleteThrough(ledger.SettledThrough);
        }

        if (!IsLost()) _learner.Acknowledge(new ProgressAcknowledged { Run = Runs.Name, Shard = shard, Version = ledger.Version });
        for (var batch = ledger.Version; batch <= collect.ThroughBatch; batch++)
        {
            foreach (var part in ledger.Offer(batch, collect.Has.ToHashSet()).Where(_ => !IsLost()))
            {
                _learner.Offer(part);
                if (IsLost()) _learner.Offer(part); // twice
            }
        }

        bool IsLost() => random?.Next(8) == 0;
    }

    // The process ends, where there are random numbers for that, when the event is on the disk.
    private void Form(Random? end)
    {
        if (_learner.Form() is not { } formed) return;
        var sequenceNr = _learnerJournal.Add(formed);
        if (end is not null) RestartLearner(end);
        else _learner.Apply(formed, sequenceNr);
    }

    private void Train()
    {
        if (_learner.NextUntrained() is not { } batch) return;
        _weights.AddRange(batch.Episodes);
        _learner.Trained();
        _announced = Math.Max(_announced, _learner.Version);
    }

    private void Checkpoint(Random? end)
    {
        if (_learner.Version <= _checkpoint.Version) return;
        (_spare, _checkpoint) = (_checkpoint, (_learner.Version, [.. _weights]));
        if (end is not null)
        {
            RestartLearner(end);
            return;
        }

        var written = _learner.Checkpoint(_checkpoint.Version);
        _learner.Apply(written, _learnerJournal.Add(written));
        _learnerJournal.DeleteThrough(_learner.SettledThrough);
    }

    private void RestartShard(int shard)
    {
        var ledger = _shards[shard] = new EpisodeLedger(_settings, shard);
        foreach (var (sequenceNr, manifest, bytes) in _journals[shard].Events)
        {
            if (manifest == typeof(EpisodesScored)) ledger.Recover(EpisodesScored.Parser.ParseFrom(bytes), sequenceNr);
            else ledger.Recover(BatchesTrained.Parser.ParseFrom(bytes), sequenceNr);
        }
    }

    // One time in three the last checkpoint cannot be read.
    private void RestartLearner(Random random)
    {
        _learner = new TrainingLedger(_plan, _settings.MaxPolicyLag);
        foreach (var (sequenceNr, manifest, bytes) in _learnerJournal.Events)
        {
            if (manifest == typeof(BatchFormed)) _learner.Recover(BatchFormed.Parser.ParseFrom(bytes), sequenceNr);
            else _learner.Recover(CheckpointWritten.Parser.ParseFrom(bytes), sequenceNr);
        }

        if (random.Next(3) == 0) _checkpoint = _spare;
        _weights = [.. _checkpoint.Weights];
        _learner.StartFrom(_checkpoint.Version);
    }

    private sealed class Journal
    {
        private long _last;

        public List<(long SequenceNr, Type Type, byte[] Bytes)> Events { get; } = [];

        public long Add(IMessage @event)
        {
            Events.Add((++_last, @event.GetType(), @event.ToByteArray()));
            return _last;
        }

        public void DeleteThrough(long sequenceNr) => Events.RemoveAll(@event => @event.SequenceNr <= sequenceNr);
    }
}
