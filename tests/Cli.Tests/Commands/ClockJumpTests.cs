using System.Runtime.Versioning;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>A clock that somebody sets while a run goes on. Nothing is decided by it. For the clock of a database see the embedded engine's own tests.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class ClockJumpTests(ToyWorkspace toy)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [WallClockFact]
    public async Task The_clocks_of_all_processes_jump_by_an_hour_forwards_and_back_and_nobody_notices()
    {
        using var run = await ToyRun.Make(toy);
        var clock = new WallClock(Directory.CreateDirectory(run.In("clock")).FullName);
        run.Environment = clock.Preload;
        var cluster = run.Command("up", "--rollouts", "2", "--standbys", "1");
        await cluster.Until(() => run.Steps.Any(step => step >= 6));
        var before = DateTime.UtcNow;
        clock.Ahead = Hour;
        await cluster.Until(() => run.Steps.Any(step => step >= 14));
        clock.Ahead = -Hour;
        await cluster.Until(() => run.Steps.Any(step => step >= 22));
        clock.Ahead = TimeSpan.Zero;
        var ended = await cluster.End();
        Assert.True(ended.Code == 0, ended.Error);
        Assert.DoesNotContain("has ended", ended.Error, StringComparison.Ordinal);
        await run.AssertWhole(toy);

        var times = run.Records.Select(record => record.Time.UtcDateTime - before).ToList();
        Assert.InRange(times.Max(), Hour - TimeSpan.FromMinutes(5), Hour + TimeSpan.FromMinutes(15)); // it really was another time
        Assert.InRange(times.Min(), -Hour - TimeSpan.FromMinutes(5), -Hour + TimeSpan.FromMinutes(15));
    }
}
