using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Actors.Tests.Episodes;

namespace ActorRlhf.Actors.Tests.Scoring;

/// <summary>Results that shards have not journaled yet; 2 shards, the first has the episodes 0 to 63.</summary>
public sealed class ReportBookTests
{
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(1);

    private readonly ReportBook<string> _book = new(Runs.Settings(128, 128, 2).Plan, _retry, firstReport: 7);

    [Fact]
    public void Every_shard_gets_its_own()
    {
        var reports = Report(1, 64, 2, 65);
        Assert.Equal([(0, 7, "1 2"), (1, 8, "64 65")], reports.Select(report => (report.Shard, report.Report, Show(report))));
        Assert.Equal(4, _book.Count);
    }

    [Fact]
    public void Two_results_of_an_episode_are_answered_each_for_itself()
    {
        var reports = _book.Report([(Runs.Result(5, 0), "a"), (Runs.Result(6, 0), "a"), (Runs.Result(5, 0, mark: 1), "b")], TimeSpan.Zero);
        Assert.Equal([(7, "5 6"), (8, "5")], reports.Select(report => (report.Report, Show(report))));
        Assert.Equal([(5, "a", null), (6, "a", null)], _book.Answer(Answer(0, 7), TimeSpan.Zero));
        Assert.Equal([(5, "b", RefusalReason.Duplicate)], _book.Answer(Answer(0, 8, (5, RefusalReason.Duplicate)), TimeSpan.Zero));
    }

    [Fact]
    public void What_is_journaled_or_refused_for_good_is_settled_once()
    {
        Report(1, 2, 3);
        var answer = Answer(0, 7, (2, RefusalReason.Duplicate));
        Assert.Equal([(1, "from 1", null), (2, "from 2", RefusalReason.Duplicate), (3, "from 3", null)], _book.Answer(answer, TimeSpan.Zero));
        Assert.Equal(0, _book.Count);
        Assert.Empty(_book.Answer(answer, TimeSpan.Zero));
        Assert.Empty(_book.Due(TimeSpan.MaxValue));
    }

    [Theory]
    [InlineData(RefusalReason.Ahead)]
    [InlineData(RefusalReason.Busy)]
    public void What_a_shard_is_not_ready_for_is_reported_again(RefusalReason reason)
    {
        Report(1, 2, 3);
        Assert.Equal([1, 3], _book.Answer(Answer(0, 7, (2, reason)), TimeSpan.Zero).Select(settled => settled.Episode));
        Assert.Equal(1, _book.Count);
        Assert.Empty(_book.Due(_retry - TimeSpan.FromTicks(1)));
        var again = Assert.Single(_book.Due(_retry));
        Assert.Equal((8, "2"), (again.Report, Show(again)));
        Assert.Equal([(2, "from 2", null)], _book.Answer(Answer(0, 8), _retry));
    }

    [Fact]
    public void What_is_not_answered_is_reported_again_after_twice_the_time_each_time_up_to_32_times()
    {
        Report(1);
        var now = TimeSpan.Zero;
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 32, 32 })
        {
            now += TimeSpan.FromSeconds(seconds);
            Assert.Empty(_book.Due(now - TimeSpan.FromTicks(1)));
            Assert.Equal(7, Assert.Single(_book.Due(now)).Report);
        }
    }

    [Fact]
    public void An_answer_to_something_else_settles_nothing()
    {
        Report(1);
        Assert.Empty(_book.Answer(Answer(0, 6), TimeSpan.Zero));
        Assert.Empty(_book.Answer(Answer(1, 7), TimeSpan.Zero));
        Assert.Empty(_book.Answer(new ReportAnswered { Run = "other", Shard = 0, Report = 7, Accepted = 1 }, TimeSpan.Zero));
        Assert.Equal(1, _book.Count);
    }

    private IReadOnlyList<EpisodesReported> Report(params long[] episodes) =>
        _book.Report(episodes.Select(episode => (Runs.Result(episode, 0), $"from {episode}")), TimeSpan.Zero);

    private static ReportAnswered Answer(int shard, long report, params (long Episode, RefusalReason Reason)[] refusals) => new()
    {
        Run = Runs.Name, Shard = shard, Report = report, Refusals = { refusals.Select(refusal => new Refusal { Episode = refusal.Episode, Reason = refusal.Reason }) },
    };

    private static string Show(EpisodesReported report) => string.Join(' ', report.Episodes.Select(episode => episode.Episode));
}
