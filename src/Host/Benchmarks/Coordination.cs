using System.Diagnostics;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// What coordination costs: the same PPO with the same seed, once with all actors in this process and once in a plain loop, in turn. Both end with the same weights; the time
/// of a batch is the median of the second half of a run: in the first, .NET still compiles what is run often, which a run of days does not notice. On a busy machine its processor time is
/// the better figure.
/// </summary>
/// <param name="settings">The run's settings, resolved; episodes and lag are the benchmark's own.</param>
/// <param name="batches">Batches of a run.</param>
/// <param name="rounds">Runs of each kind.</param>
public sealed class Coordination(RunSettings settings, int batches, int rounds)
{
    /// <summary>Measures.</summary>
    /// <param name="note">Told of every run.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="UserErrorException">Models or data are missing, or the two did not end with the same weights.</exception>
    public async Task<CoordinationResult> RunAsync(Action<string> note, CancellationToken stop)
    {
        var run = settings with
        {
            Ppo = settings.Ppo with { TotalEpisodes = (long)batches * settings.Ppo.BatchSize, ImportanceWeightCap = 0 },
            PpoSchedule = settings.PpoSchedule with { CheckpointEvery = 1_000_000 },
            Cluster = settings.Cluster with { MaxPolicyLag = 0 },
            RewardCheck = 0,
            TruncationCheck = 0,
            Alarms = new AlarmSettings { Enabled = false }, // nobody is there to answer them
        };
        var (task, data) = NodeRun.Open(run);
        var (plain, actors) = (new List<BatchCost>(), new List<BatchCost>());
        for (var round = 1; round <= rounds; round++)
        {
            var one = await Measure(run.Seeded(), task, data, (work, _) => Task.Run(() => new PlainLoop(work).Run(_ => { }, stop), stop)).ConfigureAwait(false);
            var other = await Measure(run.Seeded(), task, data, (work, cluster) => Actors(work, cluster, stop)).ConfigureAwait(false);
            if (!one.Weights.SequenceEqual(other.Weights)) throw new UserErrorException("the plain loop and the actors ended with different weights");
            plain.Add(one.Cost);
            actors.Add(other.Cost);
            note(FormattableString.Invariant($"round {round} of {rounds}: a batch takes {one.Cost} in a plain loop, {other.Cost} with actors"));
        }

        return new CoordinationResult(rounds, batches, run.Ppo.BatchSize, BatchCost.Median(plain), BatchCost.Median(actors))
        {
            Overhead = BatchCost.MiddleOf(plain.Zip(actors, (one, other) => other.Seconds / one.Seconds - 1)),
            ProcessorOverhead = BatchCost.MiddleOf(plain.Zip(actors, (one, other) => other.ProcessorSeconds / one.ProcessorSeconds - 1)),
        };
    }

    private static async Task Actors(INodeWork work, ClusterSettings cluster, CancellationToken stop)
    {
        using var log = NodeLog.ToFile(Path.Combine(cluster.Directory, "actors.log"));
        var options = new NodeOptions { Name = "actors", Roles = NodeRoles.All, Network = new NetworkSettings(), Cluster = cluster };
        await using var node = await Node.StartAsync(options, work, log).ConfigureAwait(false);
        var outcome = await node.WaitAsync(stop).ConfigureAwait(false);
        if (outcome.Failure is { } failure) throw new UserErrorException(failure);
    }

    private static async Task<(BatchCost Cost, float[] Weights)> Measure(RunSettings run, SummaryTask task, SummaryDataset data, Func<INodeWork, ClusterSettings, Task> train)
    {
        var folder = Directory.CreateTempSubdirectory("rlhf-coordination-").FullName;
        try
        {
            var here = run with { Cluster = run.Cluster with { Directory = folder } };
            var watch = new Watch();
            using var work = new PpoWork(here, task, data, _ => watch);
            await train(work, here.Cluster).ConfigureAwait(false);
            var half = watch.Ends.Skip((watch.Ends.Count - 1) / 2).ToList();
            return (BatchCost.Median([.. half.Zip(half.Skip(1), (begin, end) => new BatchCost((end.Time - begin.Time).TotalSeconds, (end.Processor - begin.Processor).TotalSeconds))]), watch.Weights);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // When each update ended, and the weights after the last.
    private sealed class Watch : ITrainingObserver
    {
        public List<(TimeSpan Time, TimeSpan Processor)> Ends { get; } = [];

        public float[] Weights { get; private set; } = [];

        public void Loaded(long version, Transformer policy, IReadOnlyList<string> messages)
        {
        }

        public void Trained(PpoStatistics statistics, IReadOnlyList<Trajectory> batch, TimeSpan elapsed, Transformer policy)
        {
            Ends.Add((Stopwatch.GetElapsedTime(0), Environment.CpuUsage.TotalTime));
            Weights = [.. policy.Parameters.Shapes.SelectMany(shape => policy.Parameters.Get(shape.Name))];
        }

        public void Checkpointed(long version, Transformer policy)
        {
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>What a batch takes.</summary>
/// <param name="Seconds">Time.</param>
/// <param name="ProcessorSeconds">Processor time of all threads.</param>
public sealed record BatchCost(double Seconds, double ProcessorSeconds)
{
    /// <summary>Medians of both.</summary>
    public static BatchCost Median(IReadOnlyCollection<BatchCost> costs) => new(MiddleOf(costs.Select(cost => cost.Seconds)), MiddleOf(costs.Select(cost => cost.ProcessorSeconds)));

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Seconds:0.000} s ({ProcessorSeconds:0.000} s of processor time)");

    internal static double MiddleOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>What coordination costs.</summary>
/// <param name="Rounds">Runs of each kind.</param>
/// <param name="Batches">Batches of a run.</param>
/// <param name="BatchSize">Episodes of a batch.</param>
/// <param name="Plain">A batch in the plain loop.</param>
/// <param name="Actors">A batch with actors.</param>
public sealed record CoordinationResult(int Rounds, int Batches, int BatchSize, BatchCost Plain, BatchCost Actors)
{
    /// <summary>Time with actors over that of the plain loop, less 1: the median of the rounds.</summary>
    public required double Overhead { get; init; }

    /// <summary>The same of processor time.</summary>
    public required double ProcessorOverhead { get; init; }
}
