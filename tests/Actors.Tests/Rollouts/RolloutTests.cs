using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Tests.Episodes;
using ActorRlhf.Model;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorRlhf.Actors.Tests.Rollouts;

/// <summary>A rollout with 2 slots between shards, scorers and the learner; episodes are of 1 step each where nothing else is said.</summary>
public sealed class RolloutTests : IDisposable
{
    private static readonly TimeSpan _never = TimeSpan.FromHours(1);

    private readonly TestKit _kit = new("akka.loglevel = OFF");
    private readonly TestProbe _shards;
    private readonly TestProbe _scorer;

    public RolloutTests() => (_shards, _scorer) = (_kit.CreateTestProbe(), _kit.CreateTestProbe());

    public void Dispose() => _kit.Dispose();

    [Fact]
    public void What_it_has_leased_is_generated_and_kept_until_it_is_settled()
    {
        var rollout = Start();
        Assert.Equal(($"rollout#{rollout.Path.Uid}", 4), Asked());
        Lease(rollout, 0, Lease(0, 4));
        Assert.InRange(_scorer.ExpectMsg<RolloutsWaiting>(RunDatabase.Patience).Count, 1, 4);
        _kit.AwaitCondition(() => Status(rollout).Waiting == 4, RunDatabase.Patience);
        _scorer.Send(rollout, Wanted(3));
        var sent = Sent();
        Assert.Equal([0, 1, 2], sent.Episodes.Select(sampled => sampled.Episode));
        Assert.Equal(1, sent.Left);
        Assert.All(sent.Episodes, sampled => Assert.Equal((0, null), (sampled.PolicyVersion, sampled.Flaw(1000, 48))));
        _scorer.Send(rollout, Settled(0, 2));
        var status = Status(rollout);
        Assert.Equal((1, 1, 4, 0, 0), (status.Handed, status.Waiting, status.Generated, status.Version, status.Leased));
    }

    [Fact]
    public void What_a_scorer_that_stops_had_goes_to_another()
    {
        var rollout = Start();
        var other = _kit.CreateTestProbe();
        Lease(rollout, 0, Lease(0, 2));
        _kit.AwaitCondition(() => Status(rollout).Waiting == 2, RunDatabase.Patience);
        other.Send(rollout, Wanted(9));
        Assert.Equal(2, other.ExpectMsg<RolloutsSent>(RunDatabase.Patience).Episodes.Count);
        _scorer.Send(rollout, Wanted(9));
        Assert.Empty(Sent().Episodes);
        _kit.Sys.Stop(other.Ref);
        _kit.AwaitCondition(() => Status(rollout).Waiting == 2, RunDatabase.Patience);
        _scorer.Send(rollout, Wanted(9));
        Assert.Equal(2, Sent().Episodes.Count);
    }

    [Fact]
    public void What_needs_a_newer_policy_is_begun_when_it_is_there()
    {
        var weights = new TaskCompletionSource<long>();
        var rollout = Start(fetch: version => version == 2 ? weights.Task : Task.FromResult(version));
        Lease(rollout, 2, new Lease { First = 200, Count = 2, MinimumVersion = 2 });
        Assert.Equal((2, 0), (Status(rollout).Leased, Status(rollout).Generating));
        weights.SetResult(3); // a newer one is as good
        _kit.AwaitCondition(() => Status(rollout).Waiting == 2, RunDatabase.Patience);
        _scorer.Send(rollout, Wanted(9));
        Assert.Equal([3, 3], Sent().Episodes.Select(sampled => sampled.PolicyVersion));
    }

    [Fact]
    public void Weights_are_swapped_in_under_sequences_that_go_on()
    {
        var rollout = Start(steps: int.MaxValue);
        Lease(rollout, 0, Lease(0, 2));
        _kit.AwaitCondition(() => Status(rollout) is { Generating: 2, Version: 0 }, RunDatabase.Patience);
        rollout.Tell(new PolicyTrained { Run = Runs.Name, Version = 1 });
        _kit.AwaitCondition(() => Status(rollout) is { Generating: 2, Version: 1 }, RunDatabase.Patience);
    }

    [Fact]
    public void Weights_that_could_not_be_got_are_asked_for_again()
    {
        var failures = 2;
        var rollout = Start(
            retry: TimeSpan.FromMilliseconds(20),
            fetch: version => Interlocked.Decrement(ref failures) >= 0 ? Task.FromException<long>(new IOException("no connection")) : Task.FromResult(version));
        Lease(rollout, 0, Lease(0, 1));
        _kit.AwaitCondition(() => Status(rollout).Waiting == 1, RunDatabase.Patience);
    }

    [Fact]
    public void A_rollout_whose_network_is_not_of_the_policys_shape_hands_back_everything_and_stops()
    {
        var rollout = Start(fetch: _ => Task.FromException<long>(new UserErrorException("version 0 is of another network")));
        _kit.Watch(rollout);
        Lease(rollout, 0, Lease(0, 4));
        Assert.Equal(4, _shards.FishForMessage<LeasesReturned>(_ => true, RunDatabase.Patience).Leases.Sum(lease => lease.Count));
        _kit.ExpectTerminated(rollout, RunDatabase.Patience);
    }

    [Fact]
    public void While_nothing_is_settled_it_asks_for_no_more_than_it_may_keep()
    {
        var rollout = Start(capacity: 5);
        Assert.Equal(4, Asked().Count);
        Lease(rollout, 0, Lease(0, 4));
        Assert.Equal(1, Asked().Count);
        Lease(rollout, 0, Lease(4, 1));
        _kit.AwaitCondition(() => Status(rollout).Waiting == 5, RunDatabase.Patience);
        _shards.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        _scorer.Send(rollout, Settled(0, 1));
        Assert.Equal(2, Asked().Count);
    }

    [Fact]
    public void A_shard_that_has_no_more_is_followed_by_the_next_one()
    {
        var rollout = Start(shards: 5, lag: 1); // episodes 0 to 199 may be worked on, in blocks 0 to 3
        Assert.Equal([0, 1, 2, 3], AskedInTurn(rollout, 4, version: 0));
        _shards.ExpectNoMsg(TimeSpan.FromMilliseconds(50)); // not before it hears of something
        rollout.Tell(new PolicyTrained { Run = Runs.Name, Version = 2 }); // episodes 200 to 399, in blocks 3 to 6
        Assert.Equal([0, 1, 3, 4], AskedInTurn(rollout, 4, version: 2));
    }

    [Fact]
    public void When_everything_is_trained_nobody_is_asked()
    {
        var rollout = Start(shards: 3);
        AskedInTurn(rollout, 2, version: 0);
        rollout.Tell(new PolicyTrained { Run = Runs.Name, Version = 10 });
        _shards.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, Status(rollout).Leased);
    }

    [Fact]
    public void A_shard_that_has_not_heard_of_the_newest_policy_is_asked_again_soon()
    {
        var rollout = Start();
        rollout.Tell(new PolicyTrained { Run = Runs.Name, Version = 1 });
        Asked();
        Lease(rollout, 0);
        Asked();
    }

    [Fact]
    public void What_has_been_trained_meanwhile_is_not_begun()
    {
        var weights = new TaskCompletionSource<long>();
        var rollout = Start(fetch: _ => weights.Task);
        Lease(rollout, 0, Lease(98, 4));
        rollout.Tell(new PolicyTrained { Run = Runs.Name, Version = 1 });
        var status = Status(rollout);
        Assert.Equal((2, 2), (status.Leased, status.Dropped));
    }

    [Fact]
    public void What_is_trained_on_is_not_scored_any_more()
    {
        var observer = new Observer();
        var pass = new ManualResetEventSlim(true);
        var rollout = Start(step: () => pass.Wait(RunDatabase.Patience), observer: observer);
        Lease(rollout, 0, Lease(98, 2));
        _kit.AwaitCondition(() => Status(rollout).Waiting == 2, RunDatabase.Patience);
        pass.Reset();
        Lease(rollout, 0, Lease(97, 1), Lease(100, 1));
        _kit.AwaitCondition(() => Status(rollout).Generating == 2, RunDatabase.Patience);
        rollout.Tell(new PolicyTrained { Run = Runs.Name, Version = 1 });
        Assert.Equal(0, Status(rollout).Waiting);
        pass.Set();
        _kit.AwaitCondition(() => Status(rollout) is { Generating: 0, Waiting: 1, Generated: 4 }, RunDatabase.Patience);
        _scorer.Send(rollout, Wanted(9));
        Assert.Equal([100], Sent().Episodes.Select(sampled => sampled.Episode));
        Assert.Equal([(98, RefusalReason.Late), (99, RefusalReason.Late), (97, RefusalReason.Late)], observer.Settled);
    }

    [Fact]
    public void What_becomes_of_a_response_is_told_once()
    {
        var observer = new Observer();
        var rollout = Start(observer: observer);
        Lease(rollout, 0, Lease(0, 3));
        _kit.AwaitCondition(() => Status(rollout).Waiting == 3, RunDatabase.Patience);
        _scorer.Send(rollout, Settled(0, 77));
        var refused = Settled(0, 1, 2);
        refused.Refusals.Add(new Refusal { Episode = 2, Reason = RefusalReason.Duplicate });
        _scorer.Send(rollout, refused);
        _kit.AwaitCondition(() => Status(rollout).Waiting == 0, RunDatabase.Patience);
        Assert.Equal([(0, null), (1, null), (2, RefusalReason.Duplicate)], observer.Settled);
    }

    [Fact]
    public void Drained_it_hands_back_what_it_has_not_begun_and_stops_when_the_rest_is_settled()
    {
        var pass = new ManualResetEventSlim();
        var rollout = Start(first: 8, step: () => pass.Wait(RunDatabase.Patience));
        Lease(rollout, 0, Lease(0, 8));
        _kit.AwaitCondition(() => Status(rollout).Generating == 4, RunDatabase.Patience); // and as many in line
        _kit.Watch(rollout);
        rollout.Tell(DrainRollout.Instance);
        var returned = _shards.FishForMessage<LeasesReturned>(_ => true, RunDatabase.Patience);
        Assert.Equal(($"rollout#{rollout.Path.Uid}", "4+1≥0 5+1≥0 6+1≥0 7+1≥0"), (returned.Holder, returned.Leases.Show()));
        pass.Set();
        _kit.AwaitCondition(() => Status(rollout).Waiting == 4, RunDatabase.Patience);
        _scorer.Send(rollout, Settled(0, 1, 2));
        Assert.Equal(1, Status(rollout).Waiting);
        _scorer.Send(rollout, Settled(3));
        _kit.ExpectTerminated(rollout, RunDatabase.Patience);
    }

    [Fact]
    public void A_rollout_that_fails_hands_back_everything_and_stops()
    {
        var rollout = Start(first: 8, step: () => throw new ArithmeticException("the logits are not finite"));
        _kit.Watch(rollout);
        Lease(rollout, 0, Lease(0, 8));
        Assert.Equal(8, _shards.FishForMessage<LeasesReturned>(_ => true, RunDatabase.Patience).Leases.Sum(lease => lease.Count));
        _kit.ExpectTerminated(rollout, RunDatabase.Patience);
    }

    private IActorRef Start(
        int first = 4, int capacity = 64, int shards = 1, int lag = 0, int steps = 1, TimeSpan? retry = null, Func<long, Task<long>>? fetch = null, Action? step = null,
        IResponseObserver? observer = null)
    {
        var settings = new RolloutSettings
        {
            Plan = Runs.Settings(1000, 100, shards).Plan, MaxPolicyLag = lag, Name = "rollout", Leases = new LeaseSizing { Lead = _never, First = first, Most = 100 }, Capacity = capacity,
            ScoringPatience = _never, Slice = TimeSpan.FromMilliseconds(1), Retry = retry ?? _never,
        };
        Func<IGeneration> make = () => new ScriptedGeneration(2, fetch, step);
        Func<long, int[]> query = _ => [steps];
        var (shardsRef, scorers) = (_shards.Ref, _scorer.Ref);
        return _kit.Sys.ActorOf(Props.Create(() => new Rollout(settings, make, query, shardsRef, scorers, null, observer)));
    }

    // Whom it asks, each of which has nothing for it.
    private IEnumerable<int> AskedInTurn(IActorRef rollout, int count, long version)
    {
        var asked = new List<int>();
        while (asked.Count < count)
        {
            asked.Add(_shards.ExpectMsg<LeaseRequest>(RunDatabase.Patience).Shard);
            rollout.Tell(new Leased { Run = Runs.Name, Shard = asked[^1], Version = version, Milliseconds = 60_000 });
        }

        return asked.Order();
    }

    private (string Holder, int Count) Asked()
    {
        var request = _shards.ExpectMsg<LeaseRequest>(RunDatabase.Patience);
        return (request.Holder, request.Count);
    }

    private static Lease Lease(long first, int count) => new() { First = first, Count = count };

    private static void Lease(IActorRef rollout, long version, params Lease[] leases) =>
        rollout.Tell(new Leased { Run = Runs.Name, Shard = 0, Version = version, Milliseconds = 60_000, Leases = { leases } });

    private static RolloutsWanted Wanted(int count) => new() { Run = Runs.Name, Scorer = "scorer", Count = count };

    private static RolloutsSettled Settled(params long[] episodes) => new() { Run = Runs.Name, Episodes = { episodes } };

    private RolloutsSent Sent() => _scorer.FishForMessage<RolloutsSent>(_ => true, RunDatabase.Patience);

    private sealed class Observer : IResponseObserver
    {
        public List<(long Episode, RefusalReason? Refusal)> Settled { get; } = [];

        void IResponseObserver.Settled(long episode, RefusalReason? refusal) => Settled.Add((episode, refusal));
    }

    private static RolloutStatus Status(IActorRef rollout) => rollout.Ask<RolloutStatus>(new RolloutStatusRequest(), RunDatabase.Patience).Result;
}
