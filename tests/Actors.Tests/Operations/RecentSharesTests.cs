using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Actors.Tests.Operations;

public sealed class RecentSharesTests
{
    private readonly HandClock _clock = new();

    private enum Mood
    {
        Calm,
        Busy,
        Waiting,
    }

    [Fact]
    public void Shares_are_of_the_time_that_there_was()
    {
        var shares = new RecentShares<Mood>(Mood.Calm, _clock, seconds: 30);
        Assert.Equal([1, 0, 0], shares.Shares());
        Go(1);
        shares.Enter(Mood.Busy);
        Go(2.5);
        shares.Enter(Mood.Waiting);
        Go(0.5);
        Assert.Equal([0.25, 0.625, 0.125], shares.Shares());
        Assert.Equal((0.625, Mood.Waiting), (shares[Mood.Busy], shares.State));
    }

    [Fact]
    public void What_is_older_than_the_window_is_forgotten()
    {
        var shares = new RecentShares<Mood>(Mood.Calm, _clock, seconds: 10);
        Go(100);
        shares.Enter(Mood.Busy);
        Go(6);
        Assert.Equal([0.3333, 0.6667, 0], shares.Shares().Select(share => Math.Round(share, 4))); // from second 97 to 106
        Go(6);
        Assert.Equal([0, 1, 0], shares.Shares());
    }

    [Fact]
    public void A_state_that_goes_on_counts_before_it_ends()
    {
        var shares = new RecentShares<Mood>(Mood.Calm, _clock, seconds: 30);
        shares.Enter(Mood.Busy);
        Go(0.5);
        Assert.Equal(1, shares[Mood.Busy]);
        Go(1000);
        Assert.Equal(1, shares[Mood.Busy]);
    }

    private void Go(double seconds) => _clock.Now += TimeSpan.FromSeconds(seconds);
}
