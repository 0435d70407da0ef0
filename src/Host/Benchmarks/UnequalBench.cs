using System.Diagnostics;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>What came of <see cref="UnequalBench"/>.</summary>
/// <param name="FastAlone">Episodes that are trained a second with the fast rollout alone.</param>
/// <param name="SlowAlone">With the slow one alone.</param>
/// <param name="Together">With both.</param>
/// <param name="MaxPolicyLag">As in <see cref="ClusterSettings.MaxPolicyLag"/>.</param>
/// <param name="FixedShare">As in <see cref="PacedGeneration"/>.</param>
public sealed record UnequalResult(double FastAlone, double SlowAlone, double Together, int MaxPolicyLag, double FixedShare)
{
    /// <summary>What both do together, of what they do alone.</summary>
    public double ShareOfSum => Math.Round(Together / (FastAlone + SlowAlone), 3);
}

/// <summary>
/// Whether a slow rollout holds up a fast one: episodes trained a second with one, with the other, and with both. The nodes, actors, protocol and journal are the real ones; the devices are
/// <see cref="PacedGeneration"/>s, so that what is measured is who gets which work and not how busy this machine is.
/// </summary>
/// <param name="folder">Where the runs go.</param>
/// <param name="slowdown">How many times slower the slow one is.</param>
/// <param name="maxPolicyLag">As in <see cref="ClusterSettings.MaxPolicyLag"/>.</param>
/// <param name="fixedShare">As in <see cref="PacedGeneration"/>.</param>
/// <param name="time">How long each is measured, after as long a time to settle.</param>
public sealed class UnequalBench(string folder, double slowdown, int maxPolicyLag, double fixedShare, TimeSpan time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Measures.</summary>
    /// <param name="note">Told of each figure.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<UnequalResult> RunAsync(Action<string> note, CancellationToken stop)
    {
        var fast = await Measure("fast", [Step], note, stop).ConfigureAwait(false);
        var slow = await Measure("slow", [slowdown * Step], note, stop).ConfigureAwait(false);
        var both = await Measure("both", [Step, slowdown * Step], note, stop).ConfigureAwait(false);
        return new UnequalResult(fast, slow, both, maxPolicyLag, fixedShare);
    }

    private async Task<double> Measure(string name, TimeSpan[] steps, Action<string> note, CancellationToken stop)
    {
        var settings = new EpisodeBenchSettings
        {
            Directory = Path.Combine(folder, name), Episodes = 1 << 30, BatchSize = 256, MaxPolicyLag = maxPolicyLag, Tokens = 24,
        };
        Directory.CreateDirectory(settings.Directory);
        using var log = NodeLog.ToFile(Path.Combine(settings.Directory, "log"));
        using var work = new ConstantWork(settings);
        var nodes = new List<Node>();
        try
        {
            nodes.Add(await Start("core", NodeRoles.Learner | NodeRoles.Episodes | NodeRoles.Scorer, work).ConfigureAwait(false));
            for (var i = 0; i < steps.Length; i++)
            {
                var paced = new PacedWork(work, settings, steps[i], fixedShare);
                nodes.Add(await Start(FormattableString.Invariant($"rollout-{i}"), NodeRoles.Rollout, paced).ConfigureAwait(false));
            }

            await Task.Delay(time, stop).ConfigureAwait(false);
            var (first, since) = await NextStep(nodes[0], stop).ConfigureAwait(false);
            await Task.Delay(time, stop).ConfigureAwait(false);
            var (last, until) = await NextStep(nodes[0], stop).ConfigureAwait(false);
            var speed = Math.Round((last - first) * settings.BatchSize / Stopwatch.GetElapsedTime(since, until).TotalSeconds, 2);
            note(FormattableString.Invariant($"{name}: {speed} episodes/s"));
            return speed;
        }
        finally
        {
            nodes.Reverse();
            foreach (var node in nodes) await node.DisposeAsync().ConfigureAwait(false);
        }

        Task<Node> Start(string node, NodeRoles roles, INodeWork does) => Node.StartAsync(
            new NodeOptions { Name = node, Roles = roles, Network = new NetworkSettings(), Cluster = settings.Cluster() with { DrainTime = TimeSpan.FromSeconds(1) } }, does, log);
    }

    // From step to step, so that no part of a batch is counted.
    private static async Task<(long Version, long At)> NextStep(Node node, CancellationToken stop)
    {
        var before = node.Learner?.Version;
        while (node.Learner?.Version == before) await Task.Delay(5, stop).ConfigureAwait(false);
        return (node.Learner!.Version, Stopwatch.GetTimestamp());
    }
}
