using System.Diagnostics;
using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Actors.Tests.Operations;

/// <summary>Spans of episodes, as a listener gets them.</summary>
public sealed class EpisodeSpansTests
{
    private readonly string _run = $"run-{Guid.NewGuid()}";

    [Fact]
    public void All_stages_of_an_episode_are_one_trace_wherever_they_are()
    {
        var ended = new List<Activity>();
        using var listener = Listen(ended, ActivitySamplingResult.AllDataAndRecorded);
        var (lease, train) = (new EpisodeSpans(_run, "lease"), new EpisodeSpans(_run, "train"));
        using var around = new Activity("request").Start();
        foreach (var episode in new[] { 7L, 8 }) lease.Begin(episode);
        Assert.Same(around, Activity.Current);
        using (var span = lease.End(7)) span?.SetTag("rlhf.rollout", "r-1");
        train.Begin(7);
        train.End(7)?.Dispose();
        lease.End(8)?.Dispose();

        var mine = ended.Where(span => _run.Equals(span.GetTagItem("rlhf.run"))).ToList();
        Assert.Equal([("lease", 7L), ("train", 7L), ("lease", 8L)], mine.Select(span => (span.OperationName, (long)span.GetTagItem("rlhf.episode")!)));
        Assert.Equal("r-1", mine[0].GetTagItem("rlhf.rollout"));
        Assert.Equal(EpisodeSpans.Trace(_run, 7), mine[0].TraceId);
        Assert.Equal(mine[0].TraceId, mine[1].TraceId);
        Assert.NotEqual(mine[0].TraceId, mine[2].TraceId);
        Assert.NotEqual(mine[0].SpanId, mine[1].SpanId);
        Assert.All(mine, span => Assert.Equal((default, true), (span.ParentSpanId, span.Recorded)));
        Assert.Equal((0, 0), (lease.Count, train.Count));
    }

    [Fact]
    public void Where_nobody_listens_or_samples_nothing_is_kept()
    {
        var spans = new EpisodeSpans(_run, "generate");
        if (!EpisodeSpans.AreWanted) spans.Begin(1);
        using (Listen([], ActivitySamplingResult.None)) spans.Begin(2);
        Assert.Equal(0, spans.Count);
        Assert.Null(spans.End(1));
        Assert.Null(spans.End(2));
    }

    [Fact]
    public void What_is_forgotten_is_told_to_nobody()
    {
        var ended = new List<Activity>();
        using var listener = Listen(ended, ActivitySamplingResult.AllDataAndRecorded);
        var spans = new EpisodeSpans(_run, "lease");
        for (var episode = 0L; episode < 5; episode++) spans.Begin(episode);
        spans.ForgetBelow(3);
        for (var episode = 0L; episode < 5; episode++) spans.End(episode)?.Dispose();

        Assert.Equal([3L, 4L], ended.Where(span => _run.Equals(span.GetTagItem("rlhf.run"))).Select(span => (long)span.GetTagItem("rlhf.episode")!));
    }

    [Fact]
    public void The_identity_of_a_trace_follows_from_run_and_episode()
    {
        Assert.Equal(EpisodeSpans.Trace("run", 12), EpisodeSpans.Trace("run", 12));
        Assert.Equal(3 * 1000, Enumerable.Range(0, 1000).SelectMany(i => new[] { "run", "run1", "" }.Select(run => EpisodeSpans.Trace(run, i))).Distinct().Count());
    }

    private ActivityListener Listen(List<Activity> ended, ActivitySamplingResult result)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ActorRlhf",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => result,
            ActivityStopped = span =>
            {
                lock (ended) ended.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
