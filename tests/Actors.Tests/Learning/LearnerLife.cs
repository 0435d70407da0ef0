using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>A learner on a journal from its start to the end of its process, between probes that stand for the shards and for those who hear of new policies.</summary>
internal sealed record LearnerLife(TestKit Kit, TestProbe Shards, TestProbe Announcements, IActorRef Learner)
{
    /// <summary>300 episodes, batches of 64, one shard, no checkpoint by itself.</summary>
    public static LearnerSettings Settings { get; } = new()
    {
        Plan = Runs.Settings(300, 64, 1).Plan,
        MaxPolicyLag = 0,
        CheckpointBatches = 100,
        CheckpointInterval = TimeSpan.FromHours(1),
    };

    public CollectEpisodes LastCollect { get; private set; } = new();

    /// <summary>Ends the life before, where there was one.</summary>
    /// <param name="database">The journal.</param>
    /// <param name="settings">How to go about it.</param>
    /// <param name="trainer">Makes the trainer.</param>
    /// <param name="supervised">Puts a supervisor between; null for none.</param>
    public static async Task<LearnerLife> Start(RunDatabase database, LearnerSettings settings, Func<ITrainer> trainer, Func<Props, Props>? supervised = null)
    {
        var kit = await database.StartKit();
        var (shards, announcements) = (kit.CreateTestProbe(), kit.CreateTestProbe());
        IActorRef toShards = shards.Ref, toAll = announcements.Ref;
        var props = Props.Create(() => new Learner(settings, trainer, toShards, toAll, null));
        return new LearnerLife(kit, shards, announcements, kit.Sys.ActorOf(supervised?.Invoke(props) ?? props));
    }

    public long NextVersion() => Announcements.ExpectMsg<PolicyTrained>(RunDatabase.Patience).Version;

    public void AwaitVersion(long version) =>
        Announcements.FishForMessage<PolicyTrained>(trained => trained.Version == version, RunDatabase.Patience);

    public CollectEpisodes NextCollect(long version) => LastCollect =
        Shards.FishForMessage<CollectEpisodes>(collect => collect.Version == version, RunDatabase.Patience);

    /// <summary>Sends the learner the only part of a batch.</summary>
    public void Send(long batch)
    {
        var count = (int)Math.Min(64, 300 - batch * 64);
        Learner.Tell(new BatchPart
        {
            Run = Runs.Name, Shard = 0, Batch = batch, Episodes = { Enumerable.Range(0, count).Select(i => Runs.Result(batch * 64 + i, batch)) },
        });
    }

    public Task<LearnerStatus> Status() => Learner.Ask<LearnerStatus>(new LearnerStatusRequest(), RunDatabase.Patience);

    public async Task Until(Func<LearnerStatus, bool> holds)
    {
        using var time = new CancellationTokenSource(RunDatabase.Patience);
        while (!holds(await Status())) await Task.Delay(5, time.Token);
    }
}
