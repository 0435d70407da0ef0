using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class PlainProgressTests
{
    private readonly ManualTime _time = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    [Fact]
    public void A_line_comes_when_a_phase_begins_every_ten_seconds_and_at_its_end()
    {
        var progress = new PlainProgress(_output, _time);
        for (var step = 0; step <= 25; step++)
        {
            progress.Report(new RunProgress("sft", step, 25, "steps"));
            _time.Advance(1);
        }

        progress.Complete();
        Assert.Equal(
            """
            sft: 0/25 steps
            sft: 10/25 steps, 1.00/s, 0:15 left
            sft: 20/25 steps, 1.00/s, 0:05 left
            sft: 25/25 steps, 1.00/s

            """,
            _output.ToString());
    }

    [Fact]
    public void A_phase_that_ended_early_is_shown_as_far_as_it_came()
    {
        var progress = new PlainProgress(_output, _time);
        progress.Report(new RunProgress("sft", 0, 25, "steps"));
        _time.Advance(2);
        progress.Report(new RunProgress("sft", 4, 25, "steps", "loss 2.5"));
        progress.Report(new RunProgress("reward", 0, 9, "steps"));
        progress.Note("saved checkpoint 4");
        progress.Complete();

        Assert.Equal(
            """
            sft: 0/25 steps
            sft: 4/25 steps, 2.00/s, 0:11 left, loss 2.5
            reward: 0/9 steps
            saved checkpoint 4

            """,
            _output.ToString());
    }
}
