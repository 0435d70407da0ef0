using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Host.Tests.Runs;

public sealed class RunSettingsTests
{
    private static readonly RunSettings Settings = new()
    {
        BaseModel = "model",
        Data = "data",
        Task = new() { Format = "{a}", TruncateField = "a", ResponseLength = 24 },
        Threads = 3,
    };

    [Fact]
    public void One_length_and_one_number_of_threads_serve_every_part()
    {
        var resolved = Settings.Resolved();
        Assert.Equal((24, 24, 3), (resolved.Ppo.ResponseLength, resolved.Sampling.MaxResponseTokens, resolved.Sampling.Threads));
        Assert.Equal(resolved, resolved.Resolved());
        Assert.Equal(1, (Settings with { Sampling = new() { Threads = 1 } }).Resolved().Sampling.Threads);
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(1e6)]
    public void A_run_of_any_length_has_settings_that_can_be_read_back(double factor)
    {
        var scaled = Settings.Scaled(factor);
        var text = ResolvedConfiguration.Write(scaled, RunSettings.Section);
        Assert.Equal(text, ResolvedConfiguration.Write(SettingsReader.Read<RunSettings>(SettingsDocument.Parse(text), RunSettings.Section), RunSettings.Section));
        Assert.True(scaled.Ppo.TotalEpisodes >= scaled.Ppo.BatchSize);
    }

    [Fact]
    public void A_limit_that_is_set_leaves_an_alarms_others_as_they_are()
    {
        var text = ResolvedConfiguration.Write(Settings, RunSettings.Section) + "rlhf.alarms { kl { stop-above = 99 }, length-bias { warn-above = null }, start-episodes = 512 }";
        var alarms = SettingsReader.Read<RunSettings>(SettingsDocument.Parse(text), RunSettings.Section).Alarms;
        var usual = new AlarmSettings();
        Assert.Equal(usual with { Kl = usual.Kl with { StopAbove = 99 }, LengthBias = usual.LengthBias with { WarnAbove = null }, StartEpisodes = 512 }, alarms);
    }

    [Fact]
    public void Limits_the_wrong_way_round_are_an_error_that_names_the_alarm()
    {
        var text = ResolvedConfiguration.Write(Settings, RunSettings.Section) + "rlhf.alarms.kl.warn-above = 99";
        var error = Assert.Throws<UserErrorException>(() => SettingsReader.Read<RunSettings>(SettingsDocument.Parse(text), RunSettings.Section));
        Assert.Contains("rlhf.alarms.kl: stop-above is 40, below warn-above, which is 99; set it higher", error.Message);
    }

    [Fact]
    public void Twice_the_time_is_twice_the_work()
    {
        var scaled = Settings.Scaled(2);
        Assert.Equal(
            (2 * Settings.Sft.Epochs, 2 * Settings.Comparisons.Train, 2 * Settings.Ppo.TotalEpisodes),
            (scaled.Sft.Epochs, scaled.Comparisons.Train, scaled.Ppo.TotalEpisodes));
    }
}
