using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Tests.Nodes;

public sealed class PauseNoticeTests
{
    [Fact]
    public void Only_what_changes_is_told()
    {
        var notice = new PauseNotice();
        Assert.Null(notice.Hear(null));
        Assert.Equal("training is paused: KL is 73 (rlhf resume goes on, rlhf watch shows more)", notice.Hear("KL is 73"));
        Assert.Null(notice.Hear("KL is 73"));
        Assert.Equal("training is paused: KL is 80 (rlhf resume goes on, rlhf watch shows more)", notice.Hear("KL is 80"));
        Assert.Equal("training goes on", notice.Hear(null));
        Assert.Null(notice.Hear(null));
    }
}
