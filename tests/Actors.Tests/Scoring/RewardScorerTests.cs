using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Actors.Tests.Episodes;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorRlhf.Actors.Tests.Scoring;

/// <summary>A scorer of batches of 3 with room for 6, between a rollout and the shards.</summary>
public sealed class RewardScorerTests : IDisposable
{
    private static readonly TimeSpan _never = TimeSpan.FromHours(1);

    private readonly TestKit _kit = new("akka.loglevel = OFF");
    private readonly TestProbe _shards;
    private readonly TestProbe _rollout;

    public RewardScorerTests() => (_shards, _rollout) = (_kit.CreateTestProbe(), _kit.CreateTestProbe());

    public void Dispose() => _kit.Dispose();

    [Fact]
    public void What_it_asked_for_is_scored_shortest_first_and_settled_when_the_shard_has_it()
    {
        var scorer = Start();
        _rollout.Send(scorer, Waiting(9));
        Assert.Equal(("scorer", 3), Wanted(_rollout));
        _rollout.Send(scorer, Sent(0, Sampled(1, 3), Sampled(2, 1), Sampled(3, 2)));
        var report = _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience);
        Assert.Equal([2, 3, 1], report.Episodes.Select(episode => episode.Episode));
        Assert.Equal([11f, 12f, 13f], report.Episodes.Select(episode => episode.Score)); // 10 for the query and 1 a token
        Assert.False(_rollout.HasMessages);
        _shards.Reply(Answer(report, (3, RefusalReason.Duplicate)));
        var settled = _rollout.ExpectMsg<RolloutsSettled>(RunDatabase.Patience);
        Assert.Equal([2, 3, 1], settled.Episodes);
        Assert.Equal([(3, RefusalReason.Duplicate)], settled.Refusals.Select(refusal => (refusal.Episode, refusal.Reason)));
        var status = Status(scorer);
        Assert.Equal((3, 1, 1, 0), (status.Scored, status.Batches, status.Refused, status.Unanswered));
    }

    [Fact]
    public void A_part_of_a_batch_is_scored_when_it_has_waited_long_enough()
    {
        var scorer = Start(patience: TimeSpan.FromMilliseconds(20));
        _rollout.Send(scorer, Coming(2, Sampled(1, 1)));
        Assert.Equal([1], _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience).Episodes.Select(episode => episode.Episode));
    }

    [Fact]
    public void It_waits_for_others_while_more_are_being_written_and_for_nobody_when_these_are_the_last()
    {
        var scorer = Start();
        var other = _kit.CreateTestProbe();
        other.Send(scorer, Coming(1));
        _rollout.Send(scorer, Coming(1, Sampled(1, 1)));
        Assert.Equal((1, 0), (Status(scorer).Waiting, Status(scorer).Scoring));
        _rollout.Send(scorer, Sent(0, Sampled(2, 1)));
        Assert.Equal((2, 0), (Status(scorer).Waiting, Status(scorer).Scoring)); // the other one has some under way
        other.Send(scorer, Sent(0));
        Assert.Equal([1, 2], _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience).Episodes.Select(episode => episode.Episode));
    }

    [Fact]
    public void A_rollout_that_fell_silent_with_some_under_way_is_not_waited_for()
    {
        var scorer = Start(retry: TimeSpan.FromMilliseconds(50));
        _rollout.Send(scorer, Coming(1, Sampled(1, 1)));
        Assert.Equal([1], _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience).Episodes.Select(episode => episode.Episode));
    }

    [Fact]
    public void While_shards_do_not_answer_it_asks_for_no_more_than_it_has_room_for()
    {
        var scorer = Start();
        _rollout.Send(scorer, Waiting(9));
        Wanted(_rollout);
        _rollout.Send(scorer, Sent(6, Sampled(1, 1), Sampled(2, 1), Sampled(3, 1)));
        var first = _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience);
        Assert.Equal(3, Wanted(_rollout).Count);
        _rollout.Send(scorer, Sent(3, Sampled(4, 1), Sampled(5, 1), Sampled(6, 1)));
        _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience);
        Assert.Equal(6, Status(scorer).Unanswered);
        _rollout.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        _shards.Send(scorer, Answer(first));
        _rollout.ExpectMsg<RolloutsSettled>(RunDatabase.Patience);
        Assert.Equal(3, Wanted(_rollout).Count);
    }

    [Fact]
    public void A_rollout_that_does_not_answer_holds_no_room_for_ever()
    {
        var scorer = Start(retry: TimeSpan.FromMilliseconds(50));
        var others = new[] { _kit.CreateTestProbe(), _kit.CreateTestProbe() };
        foreach (var silent in others)
        {
            silent.Send(scorer, Waiting(3));
            Wanted(silent);
        }

        _rollout.Send(scorer, Waiting(3));
        Assert.Equal(3, Wanted(_rollout).Count);
    }

    [Theory]
    [InlineData(RefusalReason.Ahead)]
    [InlineData(RefusalReason.Busy)]
    public void What_a_shard_is_not_ready_for_is_reported_again_until_it_is(RefusalReason reason)
    {
        var scorer = Start(retry: TimeSpan.FromMilliseconds(20));
        _rollout.Send(scorer, Sent(0, Sampled(1, 1), Sampled(2, 1), Sampled(3, 1)));
        var first = _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience);
        _shards.Reply(Answer(first, (2, reason)));
        Assert.Equal([1, 3], _rollout.ExpectMsg<RolloutsSettled>(RunDatabase.Patience).Episodes);
        var again = _shards.FishForMessage<EpisodesReported>(report => report.Report != first.Report, RunDatabase.Patience);
        Assert.Equal([2], again.Episodes.Select(episode => episode.Episode));
        _shards.Reply(Answer(again));
        Assert.Equal([2], _rollout.ExpectMsg<RolloutsSettled>(RunDatabase.Patience).Episodes);
    }

    [Fact]
    public void What_cannot_be_scored_is_settled_and_the_rest_is_scored()
    {
        var scorer = Start();
        var cut = Sampled(2, 1);
        cut.Behaviour = Google.Protobuf.ByteString.CopyFrom(1, 2);
        _rollout.Send(scorer, Sent(0, Sampled(-1, 1), cut, Sampled(5000, 1), Sampled(1, 49), Sampled(1, 1), Sampled(2, 1), Sampled(3, 1)));
        var settled = _rollout.ExpectMsg<RolloutsSettled>(RunDatabase.Patience);
        Assert.Equal([-1, 2, 5000, 1], settled.Episodes);
        Assert.Equal([RefusalReason.Malformed], settled.Refusals.Select(refusal => refusal.Reason).Distinct());
        Assert.Equal(settled.Episodes, settled.Refusals.Select(refusal => refusal.Episode));
        Assert.Equal(3, _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience).Episodes.Count);
        Assert.Equal(4, Status(scorer).Malformed);
    }

    [Fact]
    public void Another_runs_rollouts_are_left_alone()
    {
        var scorer = Start();
        _rollout.Send(scorer, new RolloutsWaiting { Run = "other", Count = 3 });
        _rollout.Send(scorer, Waiting(3));
        Wanted(_rollout);
        _rollout.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_scorer_that_fails_stops()
    {
        var scorer = Start(score: _ => throw new InvalidOperationException("the device is gone"));
        _kit.Watch(scorer);
        _rollout.Send(scorer, Sent(0, Sampled(1, 1), Sampled(2, 1), Sampled(3, 1)));
        _kit.ExpectTerminated(scorer, RunDatabase.Patience);
    }

    [Fact]
    public void Drained_it_scores_what_it_has_at_once_asks_for_nothing_more_and_stops_when_all_is_answered()
    {
        var pass = new ManualResetEventSlim();
        var scorer = Start(retry: TimeSpan.FromMilliseconds(20), score: _ => pass.Wait(RunDatabase.Patience));
        _kit.Watch(scorer);
        _rollout.Send(scorer, Sent(0, Sampled(1, 1), Sampled(2, 1), Sampled(3, 1)));
        _kit.AwaitCondition(() => Status(scorer).Scoring == 3, RunDatabase.Patience);
        _rollout.Send(scorer, Sent(0, Sampled(4, 1))); // no full batch
        scorer.Tell(DrainScorer.Instance);
        _rollout.Send(scorer, Waiting(9));
        pass.Set();
        var full = _shards.ExpectMsg<EpisodesReported>(RunDatabase.Patience);
        var rest = _shards.FishForMessage<EpisodesReported>(report => report.Report != full.Report, RunDatabase.Patience);
        Assert.Equal([1, 2, 3, 4], full.Episodes.Concat(rest.Episodes).Select(episode => episode.Episode));
        _shards.Send(scorer, Answer(full));
        Assert.Equal([1, 2, 3], _rollout.ExpectMsg<RolloutsSettled>(RunDatabase.Patience).Episodes); // the first that the rollout is told
        _shards.Send(scorer, Answer(rest, (4, RefusalReason.Busy)));
        var again = _shards.FishForMessage<EpisodesReported>(report => report.Report != full.Report && report.Report != rest.Report, RunDatabase.Patience);
        _shards.Send(scorer, Answer(again));
        Assert.Equal([4], _rollout.ExpectMsg<RolloutsSettled>(RunDatabase.Patience).Episodes);
        _kit.ExpectTerminated(scorer, RunDatabase.Patience);
    }

    [Fact]
    public void Drained_with_nothing_it_stops_at_once()
    {
        var scorer = Start();
        _kit.Watch(scorer);
        scorer.Tell(DrainScorer.Instance);
        _kit.ExpectTerminated(scorer, RunDatabase.Patience);
    }

    private IActorRef Start(TimeSpan? patience = null, TimeSpan? retry = null, Action<int>? score = null)
    {
        var settings = new RewardScorerSettings
        {
            Plan = Runs.Settings(1000, 100, 1).Plan, Name = "scorer", BatchSize = 3, Patience = patience ?? _never, Capacity = 6, VocabularySize = 1000,
            MaxResponseTokens = 48, Retry = retry ?? _never,
        };
        Func<IScorer> make = () => new LengthScorer(score);
        Func<long, int[]> query = _ => new int[10];
        var shards = _shards.Ref;
        return _kit.Sys.ActorOf(Props.Create(() => new RewardScorer(settings, make, query, shards, null)));
    }

    private static SampledEpisode Sampled(long episode, int tokens) => SampledEpisode.Of(new Model.Generation.Completion(
        episode, [1], [.. Enumerable.Repeat(5, tokens)], [.. Enumerable.Repeat(-1f, tokens)], Ended: false, FirstVersion: 0, LastVersion: 0));

    private static RolloutsWaiting Waiting(int count) => new() { Run = Runs.Name, Count = count };

    private static RolloutsSent Sent(int left, params SampledEpisode[] episodes) => new() { Run = Runs.Name, Left = left, Episodes = { episodes } };

    private static RolloutsSent Coming(int generating, params SampledEpisode[] episodes) => new() { Run = Runs.Name, Generating = generating, Episodes = { episodes } };

    private static (string Scorer, int Count) Wanted(TestProbe rollout)
    {
        var wanted = rollout.ExpectMsg<RolloutsWanted>(RunDatabase.Patience);
        return (wanted.Scorer, wanted.Count);
    }

    private static ReportAnswered Answer(EpisodesReported report, params (long Episode, RefusalReason Reason)[] refusals) => new()
    {
        Run = report.Run, Shard = report.Shard, Report = report.Report, Accepted = report.Episodes.Count - refusals.Length,
        Refusals = { refusals.Select(refusal => new Refusal { Episode = refusal.Episode, Reason = refusal.Reason }) },
    };

    private static ScorerStatus Status(IActorRef scorer) => scorer.Ask<ScorerStatus>(new ScorerStatusRequest(), RunDatabase.Patience).Result;

    private sealed class LengthScorer(Action<int>? score) : IScorer
    {
        public IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch)
        {
            score?.Invoke(batch.Count);
            return [.. batch.Select(item => item.Episode.ToScored(new float[item.Episode.Tokens().Length], item.Query.Length + item.Episode.Tokens().Length))];
        }

        public void Dispose()
        {
        }
    }
}
