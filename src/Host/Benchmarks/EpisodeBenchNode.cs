using System.Diagnostics;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model;
using Akka.Actor;
using Akka.Hosting;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>One of the processes of <see cref="EpisodeBench"/>: a node that stays when the run is finished, until it is told to stop, and says what it then sees.</summary>
public static class EpisodeBenchNode
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs the node.</summary>
    /// <param name="settings">The run.</param>
    /// <param name="place">What the node is.</param>
    /// <param name="stop">Has it leave.</param>
    /// <exception cref="UserErrorException">It cannot start, or the run cannot go on.</exception>
    /// <exception cref="PutOutException">The others have declared it dead.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task RunAsync(EpisodeBenchSettings settings, NodePlace place, CancellationToken stop)
    {
        using var log = NodeLog.ToFile(Path.Combine(settings.Directory, "logs", $"{place.Name}.log"));
        var options = new NodeOptions { Name = place.Name, Roles = place.Roles, Network = new NetworkSettings(), Cluster = settings.Cluster() };
        using var work = new ConstantWork(settings);
        await using var node = await Node.StartAsync(options, work, log).ConfigureAwait(false);
        new NodeFile(place.Name, Environment.ProcessId, place.Roles.Names(), node.Address, node.Member).Write(NodeFile.PathOf(settings.Directory, place.Name));
        var actors = ActorRegistry.For(node.System);
        var ready = Ready(actors.Get<Learner>(), stop);
        var outcome = await node.Completion.WaitAsync(stop).ConfigureAwait(false);
        var finished = Stopwatch.GetTimestamp();
        if (outcome.Failure is { } failure) throw outcome.IsPutOut ? new PutOutException(failure) : new UserErrorException(failure);
        var shards = actors.Get<EpisodeShard>();
        var asked = Enumerable.Range(0, settings.Shards).Select(shard => Ask<ShardStatus>(shards, new ShardStatusRequest { Run = settings.Run, Shard = shard }, stop));
        var report = new EpisodeBenchReport(place.Name, await ready.ConfigureAwait(false), finished, node.Learner!, await Task.WhenAll(asked).ConfigureAwait(false));
        report.Save(settings.Directory);
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
    }

    // A learner answers once it has read its journal.
    private static async Task<long> Ready(IActorRef learner, CancellationToken stop)
    {
        while ((await Ask<LearnerStatus>(learner, new LearnerStatusRequest(), stop).ConfigureAwait(false)).Phase is not (LearnerPhase.Training or LearnerPhase.Finished))
            await Task.Delay(Look, stop).ConfigureAwait(false);
        return Stopwatch.GetTimestamp();
    }

    // Whom the question does not reach, because it is on its way to another node, is asked again.
    private static async Task<T> Ask<T>(IActorRef actor, object question, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await actor.Ask<T>(question, Patience, stop).ConfigureAwait(false);
            }
            catch (AskTimeoutException)
            {
                stop.ThrowIfCancellationRequested();
            }
        }
    }
}
