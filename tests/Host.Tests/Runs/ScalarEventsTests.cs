using System.Globalization;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Host.Tests.Runs;

public sealed class ScalarEventsTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private string LogPath => _folder.In("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    // RFC 3720, appendix B.4, and the check value of the CRC catalogues.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AA)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0x62A8AB43)]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 0x46DD794E)]
    [InlineData("1F1E1D1C1B1A191817161514131211100F0E0D0C0B0A09080706050403020100", 0x113FDB5C)]
    [InlineData("01C000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000", 0xD9963A56)]
    [InlineData("313233343536373839", 0xE3069283)]
    [InlineData("", 0)]
    public void The_checksum_is_crc32c(string bytes, uint crc) => Assert.Equal(crc, EventRecords.Crc32C(Convert.FromHexString(bytes)));

    [Fact]
    public void Every_figure_is_a_scalar_with_its_phase_step_and_time()
    {
        using (var log = MetricsLog.Open(LogPath, new FixedTime(Noon)))
        {
            log.Append(3, "sft", [new("loss", 2.5)]);
            log.Append(300, "ppo", [new("objective/kl", -0.125), new("ppo/loss/policy", double.NaN), new("elapsed/episodes", 1_000_000)]);
        }

        var events = Events();
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.True(events[1].IsStart);
        Assert.Equal(3, events[2].Step);
        Assert.Equal([new("sft/loss", 2.5f)], events[2].Scalars);
        Assert.Equal(300, events[3].Step);
        Assert.Equal([new("ppo/objective/kl", -0.125f), new("ppo/loss/policy", float.NaN), new("ppo/elapsed/episodes", 1_000_000f)], events[3].Scalars);
        Assert.Equal(4, events.Count);
        Assert.All(events, read => Assert.Equal(1772366400.25, read.Time));
    }

    [Fact]
    public void An_event_can_be_read_as_soon_as_its_record_is_appended()
    {
        using var log = MetricsLog.Open(LogPath);
        for (var step = 1; step <= 3; step++)
        {
            log.Append(step, "ppo", [new("x", step)]);
            Assert.Equal(step, Events()[^1].Step);
        }
    }

    [Fact]
    public void A_resumed_run_has_every_step_once_in_one_file_that_comes_after_the_one_before()
    {
        var later = new FixedTime(Noon);
        using (var log = MetricsLog.Open(LogPath, later))
        {
            log.Append(7, "sft", [new("loss", 1)]);
            for (var step = 1; step <= 5; step++) log.Append(step, "ppo", [new("x", step), new("heldout", step)]);
        }

        var first = EventFileName();
        using (var log = MetricsLog.Open(LogPath, new FixedTime(Noon.AddHours(-1)))) // a clock that was set back
        {
            log.Rewind("ppo", 3);
            Assert.Equal([7L, 1L, 2L, 3L], Steps());
            log.Append(4, "ppo", [new("x", 40)]);
        }

        Assert.Equal([7L, 1L, 2L, 3L, 4L], Steps());
        Assert.Equal(40f, Events()[^1].Scalars["ppo/x"]);
        Assert.Equal(1772366400.25, Events()[2].Time); // when it was measured, not when it was written again
        Assert.True(string.CompareOrdinal(EventFileName(), first) > 0);
    }

    [Fact]
    public void A_tensorboard_that_is_open_finds_the_file_before_empty_and_none_of_those_before_that()
    {
        for (var resume = 1; resume <= 4; resume++)
        {
            using var log = MetricsLog.Open(LogPath);
            log.Append(resume, "ppo", [new("x", resume)]);
        }

        Assert.Equal(2, EventFileNames().Count());
        Assert.Equal(0, new FileInfo(_folder.In(EventFileNames().Min(StringComparer.Ordinal)!)).Length);
        Assert.Equal([1L, 2L, 3L, 4L], Steps());
    }

    [Fact]
    public void A_record_torn_by_a_power_cut_ends_what_is_read_and_is_whole_after_a_resume()
    {
        using (var log = MetricsLog.Open(LogPath))
        {
            log.Append(1, "ppo", [new("x", 1)]);
            log.Append(2, "ppo", [new("x", 2)]);
        }

        var file = _folder.In(EventFileName());
        using (var torn = new FileStream(file, FileMode.Open)) torn.SetLength(torn.Length - 5);
        Assert.Equal([1L], Steps());

        using (var log = MetricsLog.Open(LogPath)) log.Append(3, "ppo", [new("x", 3)]);
        Assert.Equal([1L, 2L, 3L], Steps());
    }

    [Fact]
    public void A_writer_that_stood_still_while_another_took_over_adds_nothing()
    {
        using var frozen = MetricsLog.Open(LogPath);
        using var unused = MetricsLog.Open(LogPath);
        frozen.Append(1, "ppo", [new("x", 1)]);
        using var next = MetricsLog.Open(LogPath);
        next.Rewind("ppo", 1);

        var before = _folder.In(EventFileNames().Min(StringComparer.Ordinal)!);
        frozen.Append(2, "ppo", [new("x", 2)]);
        unused.Append(2, "ppo", [new("x", 2)]);
        next.Append(2, "ppo", [new("x", 20)]);

        Assert.Equal([1L, 2L], Steps());
        Assert.Equal(20f, Events()[^1].Scalars["ppo/x"]);
        Assert.Equal(0, new FileInfo(before).Length);
    }

    [Fact]
    public void A_file_is_called_as_tensorboard_looks_for_it()
    {
        using (var log = MetricsLog.Open(LogPath, new FixedTime(Noon))) log.Append(1, "ppo", [new("x", 1)]);

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.1772366400.{Environment.MachineName}.{Environment.ProcessId}"), EventFileName());
    }

    private IEnumerable<string> EventFileNames() => Directory.EnumerateFiles(_folder.Path, "*tfevents*").Select(file => Path.GetFileName(file));

    private string EventFileName() => EventFileNames().Max(StringComparer.Ordinal)!;

    private List<EventFile.Event> Events() => EventFile.Read(ReadShared(_folder.In(EventFileName())));

    private IEnumerable<long> Steps() => Events().Where(read => read.Scalars.Count > 0).Select(read => read.Step);

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
