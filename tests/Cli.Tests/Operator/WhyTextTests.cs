using ActorRlhf.Cli.Operator;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Tests.Operator;

public sealed class WhyTextTests
{
    internal static Bottleneck Why { get; } = new()
    {
        Run = "debian", At = DateTimeOffset.UnixEpoch, Stage = Stage.Generation, Verdict = "generation holds the run up: 2 rollouts busy 97% of the time. More rollouts.",
        Stages = [new(Stage.Generation, 0.97, "2 rollouts busy 97% of the time, 3,000 tokens/s, 120 of 128 slots in use", "More rollouts."), new(Stage.Database, 0.04, "an event takes 8 ms", "A faster disk.")],
        Notes = ["rollout-3 is unreachable: it has not answered within 0.7 s"],
    };

    [Fact]
    public void The_verdict_comes_first_then_every_stage_with_its_numbers_then_what_else_there_is() => Assert.Equal(
        """
        Generation holds the run up: 2 rollouts busy 97% of the time. More
        rollouts.

        generation ██████████  97% 2 rollouts busy 97% of the time, 3,000
                                   tokens/s, 120 of 128 slots in use
        database   ··········   4% an event takes 8 ms
        
        note: rollout-3 is unreachable: it has not answered within 0.7 s
        """.ReplaceLineEndings("\n"), string.Join('\n', WhyText.Render(Why, 70)));
}
