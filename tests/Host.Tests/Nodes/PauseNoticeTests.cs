using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Host.Tests.Nodes;

public sealed class PauseNoticeTests
{
    [Fact]
    public void Only_what_changes_is_told()
    {
        var notes = new Notes();
        var notice = new PauseNotice(notes);
        LearnerStatus[] heard =
        [
            new() { Phase = LearnerPhase.Replaying }, new() { Phase = LearnerPhase.Training }, Paused("KL is 73"), Paused("KL is 73"), Paused("KL is 80"),
            new() { Phase = LearnerPhase.Loading }, new() { Phase = LearnerPhase.Training }, new() { Phase = LearnerPhase.Training },
        ];
        foreach (var status in heard) notice.Hear(status);
        Assert.Equal(
        [
            "training is paused: KL is 73 (rlhf resume goes on, rlhf watch shows more)", "training is paused: KL is 80 (rlhf resume goes on, rlhf watch shows more)", "training goes on",
        ], notes.Lines);
    }

    private static LearnerStatus Paused(string reason) => new() { Phase = LearnerPhase.Paused, Reason = reason };

    private sealed class Notes : IRunProgress
    {
        public List<string> Lines { get; } = [];

        public void Report(RunProgress progress)
        {
        }

        public void Note(string line) => Lines.Add(line);
    }
}
