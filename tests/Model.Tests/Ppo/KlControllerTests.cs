using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Ppo;

public sealed class KlControllerTests
{
    private static readonly PpoSettings Adaptive = new() { KlControl = KlControl.Adaptive };

    [Fact]
    public void The_papers_defaults_hold_the_coefficient() => Assert.Equal(0.05, KlController.Next(new PpoSettings(), 0.05, kl: 100, episodes: 512));

    [Fact]
    public void The_adaptive_controller_follows_its_error_and_clips_it_at_a_fifth()
    {
        // Target 6, horizon 10,000; each factor by hand.
        double beta = 0.05;
        beta = KlController.Next(Adaptive, beta, kl: 6.6, episodes: 500);  // error 0.1: × 1.005
        Assert.Equal(0.05025, beta, 1e-12);
        beta = KlController.Next(Adaptive, beta, kl: 60, episodes: 500);   // error 9, clipped to 0.2: × 1.01
        Assert.Equal(0.0507525, beta, 1e-12);
        beta = KlController.Next(Adaptive, beta, kl: -3, episodes: 2000);  // error −1.5, clipped to −0.2: × 0.96
        Assert.Equal(0.0487224, beta, 1e-12);
        beta = KlController.Next(Adaptive, beta, kl: 6, episodes: 2000);   // on target
        Assert.Equal(0.0487224, beta, 1e-12);
    }

    [Fact]
    public void The_controller_settles_on_the_target_of_a_policy_that_trades_kl_against_it()
    {
        // A policy whose KL is 0.9 / β wants β = 0.15 for KL 6.
        double beta = 0.05;
        for (int i = 0; i < 4000; i++)
            beta = KlController.Next(Adaptive, beta, 0.9 / beta, 64);
        Assert.Equal(0.15, beta, 1e-3);
    }
}
