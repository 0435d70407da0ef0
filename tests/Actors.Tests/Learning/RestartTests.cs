using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Tests.Episodes;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>Shards, learner and workers together on one database, ended in the middle of everything again and again.</summary>
public sealed class RestartTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(2, 7)]
    public async Task Every_episode_is_trained_on_once_and_the_weights_are_those_of_a_run_that_was_never_ended(int lag, int kills)
    {
        await using var database = new RunDatabase();
        var settings = Runs.Settings(2000, 100, 3, lag);
        var random = new Random(20200902);
        for (var life = 0; life < kills; life++)
        {
            // At the n-th report or the n-th step after the start, whichever comes first; the others are somewhere.
            await Start(database, settings, random.Next(1, 12), random.Next(1, 5)).Ended.WaitAsync(RunDatabase.Patience);
            await database.Stop();
        }

        await Start(database, settings, int.MaxValue, int.MaxValue).Run.Finish();
        var (version, hash, episodes) = ChainTrainer.Newest(database.Folder);
        Assert.Equal(20, version);
        Assert.Equal(Enumerable.Range(0, 2000).Select(episode => (long)episode), episodes);
        var batches = database.Query<byte[]>("SELECT message FROM journal WHERE manifest = 'ln.formed.1' ORDER BY sequence_number")
            .Select(BatchFormed.Parser.ParseFrom).ToList();
        Assert.Equal(Enumerable.Range(0, 20).Select(batch => (long)batch), batches.Select(batch => batch.Batch));
        Assert.Equal(ChainTrainer.Hash(batches), hash);
        foreach (var batch in batches) Assert.All(batch.Episodes, result => Assert.InRange(result.PolicyVersion, batch.Batch - lag, batch.Batch));
    }

    private static (LocalRun Run, Task Ended) Start(RunDatabase database, EpisodeSettings settings, int endAtReport, int endAtStep)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (reports, steps) = (0, 0);
        var run = LocalRun.Start(
            database.Start().Result, settings, () => new ChainTrainer(database.Folder, _ => EndAt(ref steps, endAtStep)),
            (episode, version, name) => Runs.Result(episode, version, name[^1]), () => EndAt(ref reports, endAtReport));
        return (run, end.Task);

        void EndAt(ref int count, int at)
        {
            if (Interlocked.Increment(ref count) == at) end.TrySetResult();
        }
    }
}
