namespace ActorRlhf.Model.Tests;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Nobody_passes_a_barrier_before_all_have_come(int threads)
    {
        using var team = new ThreadTeam(threads);
        var arrived = 0;
        var early = 0;
        for (var round = 0; round < 50; round++)
        {
            arrived = 0;
            team.Run(_ =>
            {
                for (var stage = 1; stage <= 20; stage++)
                {
                    Interlocked.Increment(ref arrived);
                    team.Barrier();
                    if (Volatile.Read(ref arrived) < stage * threads) Interlocked.Increment(ref early);
                    team.Barrier();
                }
            });
        }

        Assert.Equal(0, early);
        Assert.Equal(20 * threads, arrived);
    }

    [Fact]
    public void A_team_that_has_gone_to_sleep_wakes_up_for_work()
    {
        using var team = new ThreadTeam(3);
        var done = 0;
        for (var round = 0; round < 3; round++)
        {
            Assert.True(SpinWait.SpinUntil(() => team.Sleeping == 2, TimeSpan.FromSeconds(60)));
            team.Run(_ => Interlocked.Increment(ref done));
        }

        Assert.Equal(9, done);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_failure_on_one_thread_releases_the_others_and_reaches_the_caller(int failing)
    {
        using var team = new ThreadTeam(3);
        for (var round = 0; round < 20; round++)
        {
            var error = Assert.Throws<AggregateException>(() => team.Run(thread =>
            {
                team.Barrier();
                if (thread == failing) throw new InvalidOperationException("broken");
                team.Barrier();
                team.Barrier();
            }));
            Assert.Equal("broken", Assert.IsType<InvalidOperationException>(error.InnerException).Message);
        }

        var done = 0;
        team.Run(_ =>
        {
            team.Barrier();
            Interlocked.Increment(ref done);
        });
        Assert.Equal(3, done);
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(2, 5)]
    [InlineData(0, 2)]
    public void Shares_cover_everything_once(int count, int threads)
    {
        using var team = new ThreadTeam(threads);
        var covered = new int[count];
        for (var thread = 0; thread < threads; thread++)
        {
            var (begin, end) = team.Share(count, thread);
            for (var i = begin; i < end; i++) covered[i]++;
        }

        Assert.All(covered, times => Assert.Equal(1, times));
    }
}
