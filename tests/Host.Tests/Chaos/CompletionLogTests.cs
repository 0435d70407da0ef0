using System.Diagnostics;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Chaos;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Host.Tests.Chaos;

/// <summary>Records of responses in a mapped file.</summary>
public sealed class CompletionLogTests
{
    [Fact]
    public void What_was_made_and_what_became_of_it_is_in_the_file_while_the_process_runs()
    {
        using var folder = new TemporaryFolder();
        using var log = CompletionLog.Create(folder.Path, "rollout-1");
        foreach (var episode in new[] { 5, 7, 9 }) log.Made(Completion(episode, 0.5f));
        log.Settled(7, null);
        log.Settled(9, RefusalReason.Duplicate);
        log.Made(Completion(9, 0.25f));
        log.Settled(1234, null);
        var file = Assert.Single(CompletionFile.ReadAll(folder.Path));
        Assert.StartsWith($"rollout-1.{Environment.ProcessId}.", file.Name, StringComparison.Ordinal);
        Assert.Equal((false, 1), (file.HasEnded, file.Strays));
        Assert.Equal(
            [(5, Fate.Unsettled), (7, Fate.Journaled), (9, Fate.Refused + (int)RefusalReason.Duplicate), (9, Fate.Unsettled)],
            file.Entries.Select(entry => (entry.Episode, entry.Fate)));
        Assert.Equal(4, file.Entries.Select(entry => entry.Digest).Distinct().Count());
        log.End();
        Assert.True(CompletionFile.ReadAll(folder.Path)[0].HasEnded);
    }

    [Fact]
    public void A_process_that_was_killed_as_it_made_its_file_has_generated_nothing()
    {
        using var folder = new TemporaryFolder();
        File.Create(Path.Combine(folder.Path, "rollout-1.1.101112131")).Dispose();
        var file = Assert.Single(CompletionFile.ReadAll(folder.Path));
        Assert.Equal((false, 0, 0), (file.HasEnded, file.Strays, file.Entries.Count));
    }

    [Fact]
    public void A_response_has_the_same_digest_before_and_after_it_is_scored()
    {
        var sampled = SampledEpisode.Of(Completion(3, 0.5f));
        Assert.Equal(ResponseDigest.Of(sampled), ResponseDigest.Of(sampled.ToScored([-1, -2], 0.75f)));
        sampled.PolicyVersion++;
        Assert.NotEqual(ResponseDigest.Of(SampledEpisode.Of(Completion(3, 0.5f))), ResponseDigest.Of(sampled));
    }

    [Fact]
    public void A_file_takes_little_room()
    {
        using var folder = new TemporaryFolder();
        using var log = CompletionLog.Create(folder.Path, "rollout-1");
        using var du = Process.Start(new ProcessStartInfo("du", ["-k", folder.Path]) { RedirectStandardOutput = true })!;
        Assert.InRange(int.Parse(du.StandardOutput.ReadToEnd().Split('\t')[0]), 0, 256);
    }

    private static Completion Completion(long episode, float number) => new(episode, [1], [2, 3], [-number, -2 * number], true, 4, 5);
}
