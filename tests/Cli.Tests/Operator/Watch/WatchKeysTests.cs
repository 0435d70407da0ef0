using ActorRlhf.Cli.Operator.Watch;
using static ActorRlhf.Cli.Tests.Operator.Watch.SampleState;

namespace ActorRlhf.Cli.Tests.Operator.Watch;

public sealed class WatchKeysTests
{
    private static readonly ConsoleKeyInfo Enter = new('\r', ConsoleKey.Enter, false, false, false);
    private static readonly ConsoleKeyInfo Escape = new('\u001b', ConsoleKey.Escape, false, false, false);
    private static readonly ConsoleKeyInfo Tab = new('\t', ConsoleKey.Tab, false, false, false);
    private static readonly ConsoleKeyInfo Backspace = new('\b', ConsoleKey.Backspace, false, false, false);

    private static readonly WatchState Paused = Training with { Status = Training.Status! with { Phase = "paused" } };

    [Fact]
    public void Pausing_asks_for_a_reason_and_does_not_go_without()
    {
        var (asked, _) = Press(Training, "p");
        Assert.Equal("pause: why?", asked.Prompt?.Question);
        var (still, nothing) = Press(asked, "  ", Enter);
        Assert.Null(nothing);
        Assert.NotNull(still.Prompt);
        Assert.Equal("say why; Esc leaves it", still.Said);
        var (done, action) = Press(asked, "too much KL, quite so", Enter);
        Assert.Null(done.Prompt);
        Same(new("/api/pause", [new("reason", "too much KL, quite so")]), action);
    }

    [Fact]
    public void Resuming_needs_no_reason_and_accepts_the_alarms_that_stopped_training()
    {
        Same(new("/api/resume", [new("reason", null)]), Press(Paused, "r", Enter).Action);
        var alarmed = Paused with { Alarms = [Alarm("kl", true, "KL is 41"), Alarm("loss", false, "loss grows"), Alarm("entropy", true, "it falls")] };
        var (asked, _) = Press(alarmed, "r");
        Assert.Equal("resume and accept the alarm kl, entropy: why?", asked.Prompt?.Question);
        Same(new("/api/resume", [new("reason", "seen"), new("accept", "kl"), new("accept", "entropy")]), Press(asked, "seen", Enter).Action);
    }

    [Fact]
    public void What_makes_no_sense_is_said_and_not_sent()
    {
        Assert.Equal("training is paused already; r resumes it", Press(Paused, "p").State.Said);
        Assert.Equal("training is not paused", Press(Training, "r").State.Said);
        Assert.Equal("say which: rollout-1, rollout-2, scorer; Esc leaves it", Press(Training, "d", Enter).State.Said);
    }

    [Fact]
    public void A_node_to_drain_is_completed_as_far_as_it_is_clear()
    {
        var (asked, _) = Press(Training, "dr", Tab);
        Assert.Equal("rollout-", asked.Prompt?.Text);
        Same(new("/api/drain", [new("node", "rollout-2")]), Press(asked, "2", Enter).Action);
        Assert.Equal("scorer", Press(Training, "ds", Tab).State.Prompt?.Text);
        Assert.Equal("x", Press(Training, "dx", Tab).State.Prompt?.Text);
    }

    [Fact]
    public void An_answer_is_edited_and_may_contain_the_keys_of_commands()
    {
        var (asked, action) = Press(Training, "pquick d😀", Backspace, Backspace);
        Assert.Null(action);
        Assert.Equal("quick ", asked.Prompt?.Text);
        Assert.Equal("", Press(asked, new ConsoleKeyInfo('\u0015', ConsoleKey.U, false, false, true)).State.Prompt?.Text);
        Assert.Equal("quick ", Press(asked, new ConsoleKeyInfo('\0', ConsoleKey.LeftArrow, false, false, false)).State.Prompt?.Text);
        Assert.Null(Press(asked, Escape).State.Prompt);
    }

    [Fact]
    public void Quitting_quits() => Assert.IsType<WatchAction.Quit>(Press(Training, "Q").Action);

    private static void Same(WatchAction.Post expected, WatchAction? action)
    {
        var post = Assert.IsType<WatchAction.Post>(action);
        Assert.Equal(expected.Path, post.Path);
        Assert.Equal(expected.Query, post.Query);
    }

    private static (WatchState State, WatchAction? Action) Press(WatchState state, string typed, params ConsoleKeyInfo[] then) =>
        Press(state, [.. typed.Select(c => new ConsoleKeyInfo(c, ConsoleKey.None, false, false, false)), .. then]);

    private static (WatchState State, WatchAction? Action) Press(WatchState state, params ConsoleKeyInfo[] keys)
    {
        WatchAction? action = null;
        foreach (var key in keys) (state, action) = WatchKeys.Press(state, key);
        return (state, action);
    }
}
