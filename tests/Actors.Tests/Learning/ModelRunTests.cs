using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>A real model on shards, learner, rollout and scorer, against the plain loop.</summary>
public sealed class ModelRunTests
{
    [Fact]
    public async Task On_actors_the_trajectories_and_the_weights_are_those_of_the_plain_loop_bit_for_bit()
    {
        using var model = new ModelRun();
        var (trajectories, weights) = await model.PlainLoop();
        await using var database = new RunDatabase();
        await model.Start(await database.Start(), database.Folder).Finish();
        CheckSame(trajectories, weights, model, database);
    }

    [Fact]
    public async Task So_they_are_when_everything_is_ended_without_notice_while_it_scores_and_while_it_learns()
    {
        using var model = new ModelRun();
        var (trajectories, weights) = await model.PlainLoop();
        await using var database = new RunDatabase();
        foreach (var (scored, trained) in new[] { (2, 0), (0, 2), (3, 0), (0, 3) })
        {
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var (atScored, atTrained) = (scored, trained);
            model.Start(await database.Start(), database.Folder, () => EndAt(ref atScored), () => EndAt(ref atTrained));
            await end.Task.WaitAsync(RunDatabase.Patience);
            await database.Stop();

            void EndAt(ref int left)
            {
                if (Interlocked.Decrement(ref left) == 0) end.TrySetResult();
            }
        }

        Assert.InRange(database.Query<string>("SELECT manifest FROM journal WHERE manifest = 'ln.formed.1'").Count, 2, 6); // it was in the middle
        await model.Start(await database.Start(), database.Folder).Finish();
        CheckSame(trajectories, weights, model, database);
    }

    [Fact]
    public async Task With_older_policies_generating_the_weights_are_those_of_the_journal_trained_on_again()
    {
        using var model = new ModelRun(lag: 2);
        await using var database = new RunDatabase();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var steps = 0;
        model.Start(await database.Start(), database.Folder, trained: () =>
        {
            if (Interlocked.Increment(ref steps) == 4) end.TrySetResult();
        });
        await end.Task.WaitAsync(RunDatabase.Patience);
        await model.Start(await database.Start(), database.Folder).Finish();

        var batches = database.Query<byte[]>("SELECT message FROM journal WHERE manifest = 'ln.formed.1' ORDER BY sequence_number").ConvertAll(BatchFormed.Parser.ParseFrom);
        Assert.Equal(Enumerable.Range(0, 100).Select(episode => (long)episode), batches.SelectMany(batch => batch.Episodes).Select(episode => episode.Episode));
        foreach (var batch in batches) Assert.All(batch.Episodes, episode => Assert.InRange(episode.PolicyVersion, batch.Batch - 2, batch.Batch));
        Assert.Contains(batches, batch => batch.Episodes.Any(episode => episode.PolicyVersion < batch.Batch));
        var again = Path.Combine(database.Folder, "again");
        Assert.Equal(model.Newest(database.Folder).Weights, (await model.Train(again, batches, 7)).Weights);
    }

    private static void CheckSame(IReadOnlyList<Trajectory> trajectories, float[] weights, ModelRun model, RunDatabase database)
    {
        Assert.True(trajectories.Select(trajectory => trajectory.Response.Length).Distinct().Count() > 3, "the responses are all alike");
        var journaled = database.Query<byte[]>("SELECT message FROM journal WHERE manifest = 'ln.formed.1' ORDER BY sequence_number")
            .SelectMany(bytes => BatchFormed.Parser.ParseFrom(bytes).Episodes).ToList();
        Assert.All(journaled, episode => Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(episode.GeneratedAt), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow));
        Assert.All(journaled, episode => Assert.StartsWith("rollout", episode.Rollout));
        foreach (var episode in journaled) (episode.Rollout, episode.GeneratedAt) = ("", 0); // the plain loop has nobody's name
        Assert.Equal(trajectories.Select(ScoredEpisode.Of), journaled);
        var (version, newest) = model.Newest(database.Folder);
        Assert.Equal(7, version);
        Assert.Equal(weights, newest);
    }
}
