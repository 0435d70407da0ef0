using System.Globalization;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Host.Operations;

/// <summary>Adds up what shards say and checks that nothing is lost or counted twice.</summary>
internal static class AccountBook
{
    /// <summary>The account.</summary>
    /// <param name="plan">Which episodes there are.</param>
    /// <param name="shards">What shards have said.</param>
    /// <param name="before">What the learner said before they did; null where it did not answer.</param>
    /// <param name="after">What it said after them.</param>
    /// <param name="generated">Episodes that are finished and not settled, by what rollouts say.</param>
    public static EpisodeAccount Of(EpisodePlan plan, IReadOnlyList<ShardStatus> shards, LearnerStatus? before, LearnerStatus? after, long generated)
    {
        ShardReport[] reports = [.. shards.OrderBy(shard => shard.Shard).Select(shard => ActorObserver.Of(shard, plan))];
        int[] missing = [.. Enumerable.Range(0, plan.Shards).Except(reports.Select(report => report.Shard))];
        var account = new EpisodeAccount
        {
            Run = plan.Run,
            At = DateTimeOffset.UtcNow,
            TotalEpisodes = plan.TotalEpisodes,
            Shards = reports,
            Missing = missing,
            Unissued = reports.Sum(report => report.Unissued),
            Leased = reports.Sum(report => report.Leased),
            Held = reports.Sum(report => report.Held),
            Trained = reports.Sum(report => report.Trained),
            Counts = EpisodeCounts.Sum([.. reports.Select(report => report.Counts)]),
            Generated = generated,
            Invariants = [],
            IsSound = false,
        };
        InvariantCheck[] checks = [.. OfShards(account), .. OfAll(plan, account, before, after), .. Said(reports, after ?? before)];
        return account with { Invariants = checks, IsSound = missing.Length == 0 && checks.All(check => check.Holds) };
    }

    private static IEnumerable<InvariantCheck> OfShards(EpisodeAccount account)
    {
        var counts = account.Counts;
        yield return Each(
            account, "issued = fulfilled + expired + returned + forgotten + leased",
            $"{counts.Issued} = {counts.Fulfilled} + {counts.Expired} + {counts.Returned} + {counts.Forgotten} + {account.Leased}",
            shard => shard.Counts.Issued == shard.Counts.Fulfilled + shard.Counts.Expired + shard.Counts.Returned + shard.Counts.Forgotten + shard.Leased);
        yield return Each(
            account, "accepted + unaccounted = trained + held", $"{counts.Accepted} + {counts.Unaccounted} = {account.Trained} + {account.Held}",
            shard => shard.Counts.Accepted + shard.Counts.Unaccounted == shard.Trained + shard.Held);
        yield return Each(account, "unaccounted = 0", $"{counts.Unaccounted} = 0", shard => shard.Counts.Unaccounted == 0);
        yield return Each(account, "fulfilled <= accepted", $"{counts.Fulfilled} <= {counts.Accepted}", shard => shard.Counts.Fulfilled <= shard.Counts.Accepted);
        yield return Each(
            account, "unissued + leased + held + trained = episodes, none below 0",
            $"{account.Unissued} + {account.Leased} + {account.Held} + {account.Trained} = {account.Shards.Sum(shard => shard.Episodes)}",
            shard => shard.Unissued + shard.Leased + shard.Held + shard.Trained == shard.Episodes && shard is { Unissued: >= 0, Leased: >= 0, Held: >= 0, Trained: >= 0 });
    }

    private static IEnumerable<InvariantCheck> OfAll(EpisodePlan plan, EpisodeAccount account, LearnerStatus? before, LearnerStatus? after)
    {
        if (account.Missing.Count == 0)
        {
            var sum = account.Shards.Sum(shard => shard.Episodes);
            yield return All("the shards' episodes are the run's", $"{sum} = {plan.TotalEpisodes}", sum == plan.TotalEpisodes);
            if (before is not null)
            {
                var consumed = plan.FirstOf(before.Formed);
                var isThere = account.Trained + account.Held >= consumed;
                yield return All("trained + held >= episodes that the learner has consumed", $"{account.Trained} + {account.Held} >= {consumed}", isThere);
            }
        }

        if (after is not null && account.Shards.Count > 0)
        {
            var furthest = account.Shards.Max(shard => shard.Version);
            yield return All("no shard is ahead of the learner's journal", $"{furthest} <= {after.Formed} batches", furthest <= after.Formed);
        }
    }

    // What they find themselves, of what only they can see.
    private static IEnumerable<InvariantCheck> Said(IReadOnlyList<ShardReport> shards, LearnerStatus? learner)
    {
        var violations = shards.SelectMany(shard => shard.Violations.Select(violation => (violation, shard.Shard)))
            .Concat(learner?.Violations.Select(violation => (violation: $"learner: {violation}", Shard: -1)) ?? []).ToList();
        var said = violations.Count == 0 ? "they do" : string.Join("; ", violations.Select(found => found.violation));
        yield return new InvariantCheck(
            "shards and learner find their own books in order", said, violations.Count == 0, [.. violations.Select(found => found.Shard).Where(shard => shard >= 0).Distinct()]);
    }

    private static InvariantCheck Each(EpisodeAccount account, string statement, FormattableString numbers, Func<ShardReport, bool> holds)
    {
        int[] wrong = [.. account.Shards.Where(shard => !holds(shard)).Select(shard => shard.Shard)];
        return new InvariantCheck(statement, numbers.ToString(CultureInfo.InvariantCulture), wrong.Length == 0, wrong);
    }

    private static InvariantCheck All(string statement, FormattableString numbers, bool holds) => new(statement, numbers.ToString(CultureInfo.InvariantCulture), holds, []);
}
