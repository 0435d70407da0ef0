using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>PPO from checkpoints and batches, without actors.</summary>
public sealed class PpoTrainerTests : IDisposable
{
    private readonly ModelRun _model = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-trainer-").FullName;

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task From_a_checkpoint_it_goes_on_as_if_it_had_never_stopped()
    {
        var (trajectories, weights) = await _model.PlainLoop();
        Assert.Equal(0, (await _model.Train(_folder, Batches(trajectories).Take(4), 3)).Loaded); // the fourth step is lost
        var (loaded, ended) = await _model.Train(_folder, Batches(trajectories), 7);
        Assert.Equal(3, loaded);
        Assert.Equal(weights, ended);
    }

    [Fact]
    public async Task Where_the_last_checkpoint_is_damaged_it_goes_on_from_the_one_before()
    {
        var (trajectories, weights) = await _model.PlainLoop();
        await _model.Train(_folder, Batches(trajectories).Take(5), 1, 3, 5);
        Assert.Equal(2, new CheckpointStore(_folder).List().Count);
        var largest = Directory.EnumerateFiles(new CheckpointStore(_folder).List()[^1], "*", SearchOption.AllDirectories).MaxBy(path => new FileInfo(path).Length)!;
        await using (var file = File.OpenWrite(largest))
        {
            file.Position = file.Length / 2;
            file.Write([1, 2, 3, 4]);
        }

        var (loaded, ended) = await _model.Train(_folder, Batches(trajectories), 7);
        Assert.Equal(3, loaded);
        Assert.Equal(weights, ended);
    }

    [Fact]
    public void Every_version_is_published_the_loaded_one_first()
    {
        var published = new List<long>();
        using var trainer = _model.Trainer(_folder, (version, _) => published.Add(version));
        Assert.Equal(0, trainer.Load());
        trainer.Train(Batches([.. Enumerable.Range(0, 16).Select(Simple)]).Single());
        Assert.Equal([0, 1], published);
    }

    [Fact]
    public void A_batch_or_a_checkpoint_out_of_turn_is_an_error_that_names_both_numbers()
    {
        using var trainer = _model.Trainer(_folder);
        trainer.Load();
        Assert.Contains("batch 3 is not the one after 0", Assert.Throws<InvalidOperationException>(() => trainer.Train(new BatchFormed { Batch = 3 })).Message);
        Assert.Contains("from 0 batches, not from 2", Assert.Throws<InvalidOperationException>(() => trainer.Checkpoint(2)).Message);
    }

    [Fact]
    public void A_store_of_one_checkpoint_is_refused()
    {
        Assert.Contains("at least 2", Assert.Throws<UserErrorException>(() => _model.Trainer(_folder, keep: 1)).Message);
    }

    private static Trajectory Simple(int episode) => new(episode, [1], [2, 0], [-1, -2], [-1, -2], episode % 3, PolicyVersion: 0);

    private IEnumerable<BatchFormed> Batches(IReadOnlyList<Trajectory> trajectories) => trajectories.Chunk(_model.Ppo.BatchSize)
        .Select((batch, i) => new BatchFormed { Batch = i, PolicyVersion = i, Episodes = { batch.Select(ScoredEpisode.Of) } });
}
