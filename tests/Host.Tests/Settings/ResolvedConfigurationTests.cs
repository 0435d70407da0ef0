using ActorRlhf.Host.Settings;
using Akka.Configuration;

namespace ActorRlhf.Host.Tests.Settings;

public sealed class ResolvedConfigurationTests
{
    private static readonly SampleSettings Everything = new()
    {
        Name = "quote \" slash \\ tab \t é 🙂 \u0001 $ { } #",
        Verbose = false,
        Epochs = 9,
        TotalEpisodes = long.MaxValue,
        KlCoefficient = 1.0 / 3,
        Temperature = 1e-7f,
        Price = 0.30m,
        Timeout = TimeSpan.FromTicks(12_345_678_901),
        CacheBytes = 3L << 30,
        Kind = SampleKind.AdaptiveKl,
        TopK = 5,
        Note = "null",
        Widths = [8, 1],
        Tags = ["", " ", "null", "\n\nTL;DR:", "a,b]"],
        Weights = new Dictionary<string, double> { ["per.token"] = 1e-300, ["with space"] = -0.0 },
        ValueOptimizer = new SampleOptimizer { LearningRate = 0.25 },
        Tasks = [new SampleTask { Format = "a" }, new SampleTask { Format = "b", Length = 3 }],
    };

    [Fact]
    public void Everything_is_written_in_the_order_of_declaration()
    {
        const string expected =
            """
            rlhf.ppo {
              name = "sample"
              verbose = true
              epochs = 4
              total-episodes = 1000000
              kl-coefficient = 0.05
              temperature = 1
              price = 1.10
              timeout = 90s
              cache-bytes = 64MiB
              kind = fixed
              top-k = null
              note = null
              widths = [1, 2]
              tags = []
              weights {}
              optimizer {
                learning-rate = 0.0003
                beta1 = 0.9
              }
              value-optimizer = null
              tasks = [{
                format = "x"
                length = 48
              }]
            }

            """;
        var settings = new SampleSettings { Tasks = [new SampleTask { Format = "x" }] };
        Assert.Equal(expected, ResolvedConfiguration.Write(settings, "rlhf.ppo"));
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var text = ResolvedConfiguration.Write(Everything, "a.b");
        var read = SettingsReader.Read<SampleSettings>(SettingsDocument.Parse(text), "a.b");
        Assert.Equal(text, ResolvedConfiguration.Write(read, "a.b"));
        Assert.Equal(Everything.Name, read.Name);
        Assert.Equal(Everything.Note, read.Note);
        Assert.Equal(Everything.Tags, read.Tags);
        Assert.Equal(Everything.Timeout, read.Timeout);
        Assert.Equal(Everything.Weights, read.Weights);
        Assert.Equal(Everything.Tasks, read.Tasks);
    }

    [Fact]
    public void Akkas_own_parser_reads_it_as_well()
    {
        var settings = Everything with { Weights = new Dictionary<string, double> { ["per.token"] = 1 } };
        var read = SettingsReader.Read<SampleSettings>(ConfigurationFactory.ParseString(ResolvedConfiguration.Write(settings)), "");
        Assert.Equal(ResolvedConfiguration.Write(settings), ResolvedConfiguration.Write(read));
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(-TimeSpan.TicksPerMillisecond, "infinite")]
    [InlineData(TimeSpan.TicksPerDay * 2, "2days")]
    [InlineData(TimeSpan.TicksPerHour * 36, "36hours")]
    [InlineData(TimeSpan.TicksPerMillisecond * 1500, "1500ms")]
    [InlineData(7, "700ns")]
    public void Durations_are_written_in_the_largest_unit_that_fits_and_read_back(long ticks, string expected)
    {
        var text = ResolvedConfiguration.Write(new Pause { Length = TimeSpan.FromTicks(ticks) });
        Assert.Equal($"length = {expected}\n", text);
        Assert.Equal(ticks, SettingsReader.Read<Pause>(SettingsDocument.Parse(text), "").Length.Ticks);
    }

    private sealed record Pause
    {
        public TimeSpan Length { get; init; }
    }
}
