using ActorRlhf.Actors;

namespace ActorRlhf.Actors.Tests.Operations;

public sealed class ComputeThreadTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public async Task A_thread_is_busy_while_it_works_and_not_while_it_waits_for_its_turn()
    {
        using var thread = new ComputeThread("worker", _clock);
        _clock.Now = TimeSpan.FromSeconds(2);
        await thread.Run(() =>
        {
            _clock.Now = TimeSpan.FromSeconds(3); // busy from 2 to 3
            ComputeThread.Wait(() => _clock.Now = TimeSpan.FromSeconds(8));
            _clock.Now = TimeSpan.FromSeconds(9); // and from 8 to 9
            return true;
        });
        Assert.Equal(2 / 9.0, thread.Busy, 6);
        _clock.Now = TimeSpan.FromSeconds(1000);
        Assert.Equal(0, thread.Busy);
    }

    [Fact]
    public void Elsewhere_to_wait_is_just_to_wait()
    {
        var isDone = false;
        ComputeThread.Wait(() => isDone = true);
        Assert.True(isDone);
    }
}
