using ActorRlhf.Cli.Operator.Watch;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Operator.Watch;

public sealed class WatchScreenTests
{
    private static readonly WatchState Training = SampleState.Training;

    [Fact]
    public void A_run_fits_a_terminal_of_80_columns_and_24_rows() => Assert.Equal(
        """
        rlhf watch  summaries  http://127.0.0.1:4000                        09:30:00 UTC
        training      ███░░░░░░░░░░░░░░░░░░░░░░░  12%  2,048/16,384 episodes  28:00 left
        update 8/64  checkpoint 4 (2:05 ago)  8.53 episodes/s  KL coefficient 0.06

        reward            4.00  ▁▂▃▄▅▆▇█                            -3.00 to 4.00
        KL                4.00  ▁▂▃▄▅▆▇█                            0.50 to 4.00
        entropy           16.0  █▇▆▅▄▃▂▁                            16.0 to 23.0
        length            11.5  ▄▄▄▄▄▄▄▄                            11.5 to 11.5
        learning rate   1.2e-4  █▇▆▅▄▃▂▁                            1.2e-4 to 1.9e-4

        nodes  5 of 5 well, 625 tokens/s
        learner     up           training, 64/256 in hand, busy 87%
        rollout-1   up           312 tokens/s, 48/64 slots, policy 8
        rollout-2   up           312 tokens/s, 48/64 slots, policy 8
        scorer      up           scores 16.0/s, 58/64 a batch, 120 ms wait
        standby     up           stands by

        last samples
        #1234  score 0.50, the human's 0.75  KL 3.25  policy 7
          text    This library reads PNG images. ␛[31mIt is red.
          policy  library for PNG images
          human   PNG library

        p pause  r resume  d drain  q quit
        """.Split('\n'),
        Text(Training, 80, 24));

    [Fact]
    public void A_wider_and_higher_one_shows_more()
    {
        var lines = Text(Training, 160, 50);
        Assert.Contains(lines, line => line.Contains("an old human's", StringComparison.Ordinal));
        Assert.Equal(160, lines[0].Length);
        var many = Training with { Metrics = [.. Enumerable.Range(1, 500).Select(step => Training.Metrics[0] with { Step = step })] };
        Assert.Equal(160 - 14 - 8 - 2 - 20 - 2, Text(many, 160, 50).Single(line => line.StartsWith("reward", StringComparison.Ordinal)).Count(c => c == '▄'));
    }

    [Fact]
    public void It_fills_any_terminal_and_nothing_is_wider_whatever_it_shows()
    {
        var nasty = Training with
        {
            Prompt = new WatchPrompt(WatchPromptKind.Pause, "why?", new string('漢', 300)),
            Trouble = new string('x', 500),
            Alarms = [.. Enumerable.Range(0, 9).Select(i => SampleState.Alarm($"metric-{i}", i > 5, new string('y', 500)))],
            Samples = [Training.Samples[0] with { Prompt = "漢字\u0007\u202e" + new string('z', 5_000) }],
            Cluster = Training.Cluster! with { Nodes = [.. Enumerable.Range(0, 200).Select(i => SampleState.Rollout($"rollout-{i}-{new string('n', i)}"))] },
        };
        foreach (var state in new[] { Training, nasty, new WatchState { Now = SampleState.Now } })
        {
            foreach (var (width, height) in new[] { (80, 24), (160, 50), (40, 10), (20, 5), (3, 2), (1, 1), (500, 200) })
            {
                var lines = WatchScreen.Render(state, width, height);
                Assert.Equal(height, lines.Count);
                Assert.All(lines, line => Assert.InRange(line.Width, 0, width));
                Assert.DoesNotContain(lines, line => line.ToString().Any(char.IsControl));
            }
        }
    }

    [Fact]
    public void A_pause_and_alarms_and_old_news_are_told_with_their_reasons()
    {
        var state = Training with
        {
            Status = Training.Status! with { Phase = "paused", Reason = "KL looks odd" },
            Alarms =
            [
                SampleState.Alarm("entropy", true, "entropy falls") with { IsAccepted = true }, SampleState.Alarm("kl", true, "KL is 41, above 40"), SampleState.Alarm("loss", false, "loss grows"),
                SampleState.Alarm("reward", false, "reward falls"),
            ],
            Trouble = "no node answers",
            Cluster = Training.Cluster! with { At = SampleState.Now.AddSeconds(-11) },
        };
        var lines = WatchScreen.Render(state, 80, 24);
        Assert.Equal(
            [
                ("no news: no node answers", Tone.Bad), ("paused: KL looks odd", Tone.Warning), ("alarm kl: KL is 41, above 40", Tone.Bad),
                ("alarm entropy (accepted): entropy falls", Tone.Warning),
                ("alarm loss: loss grows", Tone.Warning), ("and 1 more alarms", Tone.Warning),
            ],
            lines.Skip(3).Take(6).Select(line => (line.ToString(), Assert.Single(line.Pieces).Tone)));
        Assert.StartsWith("was paused  ", lines[1].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("left", lines[1].ToString(), StringComparison.Ordinal);
        Assert.Contains(lines, line => line.ToString() == "nodes  5 of 5 well, 625 tokens/s, as of 09:29:49");
    }

    [Fact]
    public void Of_more_nodes_than_there_is_room_for_those_are_shown_that_somebody_should_look_at()
    {
        var nodes = Enumerable.Range(1, 40).Select(i => SampleState.Rollout($"rollout-{i}")).ToList();
        nodes[30] = nodes[30] with { Status = NodeReport.Unreachable, Silence = "no answer in 0.7 s", Actors = [] };
        nodes[35] = nodes[35] with { Status = NodeReport.Gone, GoneSince = SampleState.Now.AddMinutes(-1), Actors = [] };
        var lines = Text(Training with { Cluster = Training.Cluster! with { Nodes = nodes } }, 80, 24);
        var heading = Array.FindIndex(lines, line => line == "nodes  38 of 40 well, 11,871 tokens/s");
        Assert.True(heading > 0, string.Join('\n', lines));
        Assert.Equal("rollout-31  unreachable  no answer in 0.7 s", lines[heading + 1]);
        Assert.Equal("rollout-36  gone         since 09:29:00", lines[heading + 2]);
        Assert.Contains(lines, line => line.StartsWith("and ", StringComparison.Ordinal) && line.EndsWith(" more: rlhf topology", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rollout_that_lags_a_run_without_figures_and_a_figure_that_is_none_are_shown_as_such()
    {
        var lagging = SampleState.Rollout("slow");
        lagging = lagging with { Actors = [lagging.Actors[0] with { Rollout = lagging.Actors[0].Rollout! with { PolicyVersion = 5, Lag = 3 } }] };
        MetricsRecord last = Training.Metrics[^1] with { Metrics = new Dictionary<string, double> { ["objective/kl"] = double.NaN } };
        var lines = Text(Training with { Cluster = Training.Cluster! with { Nodes = [lagging] }, Metrics = [last] }, 80, 24);
        Assert.Contains("slow        up           312 tokens/s, 48/64 slots, policy 5 (-3)", lines);
        Assert.Contains("KL                 NaN  ×", lines);
        Assert.Contains("reward               -", lines);
    }

    [Fact]
    public void The_question_to_the_operator_takes_the_last_row_with_the_end_of_a_long_answer()
    {
        var asked = Training with { Prompt = new WatchPrompt(WatchPromptKind.Pause, "pause: why?", "KL looks odd") };
        Assert.Equal("pause: why? KL looks odd▏  Enter sends, Esc leaves it", Text(asked, 80, 24)[^1]);
        var last = Text(asked with { Prompt = asked.Prompt! with { Text = new string('a', 90) + "end" } }, 80, 24)[^1];
        Assert.StartsWith("pause: why? …aaa", last, StringComparison.Ordinal);
        Assert.EndsWith("aend▏", last, StringComparison.Ordinal);
        Assert.Equal("p pause  r resume  d drain  q quit  training goes on", Text(Training with { Said = "training goes on" }, 80, 24)[^1]);
    }

    [Fact]
    public void Before_the_first_answer_it_says_that_it_waits() =>
        Assert.Equal("waiting for the first answer ...", Text(new WatchState { Now = SampleState.Now }, 80, 24)[1]);

    [Fact]
    public void The_time_left_takes_no_account_of_pauses_and_runs_down_between_updates()
    {
        Assert.Equal(TimeSpan.FromSeconds(56 * 30), Training.TimeLeft);
        Assert.Equal(TimeSpan.FromSeconds((56 * 30) - 10), (Training with { Now = SampleState.Now.AddSeconds(10) }).TimeLeft);
        Assert.Equal(TimeSpan.FromSeconds(55 * 30), (Training with { Now = SampleState.Now.AddSeconds(500) }).TimeLeft);
        Assert.Null((Training with { Metrics = [] }).TimeLeft);
        Assert.Null((Training with { Trouble = "no node answers" }).TimeLeft);
        Assert.Null((Training with { Status = Training.Status! with { Phase = NodeStatus.Silent } }).TimeLeft);
    }

    private static string[] Text(WatchState state, int width, int height) => [.. WatchScreen.Render(state, width, height).Select(line => line.ToString().TrimEnd())];
}
