using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Actors.Tests.Episodes;

/// <summary>Small runs and what is done in them.</summary>
internal static class Runs
{
    public const string Name = "r";

    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(60);

    public static EpisodeSettings Settings(long total, int batch, int shards, int lag = 0) => new()
    {
        Plan = new EpisodePlan { Run = Name, TotalEpisodes = total, BatchSize = batch, Shards = shards },
        MaxPolicyLag = lag,
        LeaseDuration = LeaseDuration,
        VocabularySize = 1000,
        MaxResponseTokens = 48,
    };

    /// <summary>A result of an episode; <paramref name="mark"/> tells results of the same episode apart.</summary>
    public static ScoredEpisode Result(long episode, long version, int mark = 0) =>
        ScoredEpisode.Of(new Trajectory(episode, [1], [(int)(episode % 900), mark], [-1, -2], [-1.5f, -2.5f], 0.5f, version));

    public static EpisodesReported Report(int shard, params ScoredEpisode[] episodes) => new() { Run = Name, Shard = shard, Episodes = { episodes } };

    public static EpisodesReported Report(int shard, long first, int count, long version) =>
        Report(shard, [.. Enumerable.Range(0, count).Select(i => Result(first + i, version))]);

    /// <summary>Has a ledger accept, journal and apply a report; the refusals.</summary>
    public static RefusalReason[] Accept(this EpisodeLedger ledger, EpisodesReported report, long sequenceNr = 1)
    {
        var (scored, answers) = ledger.Accept([report]);
        if (scored is not null) ledger.Apply(scored, sequenceNr);
        Assert.Equal(report.Episodes.Count, answers[0].Accepted + answers[0].Refusals.Count);
        return [.. answers[0].Refusals.Select(refusal => refusal.Reason)];
    }

    public static void Train(this EpisodeLedger ledger, long version, long sequenceNr)
    {
        if (ledger.Train(version) is { } trained) ledger.Apply(trained, sequenceNr);
    }

    /// <summary>What is leased, as "first+count≥version".</summary>
    public static string Show(this IEnumerable<Lease> leases) =>
        string.Join(' ', leases.Select(lease => $"{lease.First}+{lease.Count}≥{lease.MinimumVersion}"));
}
