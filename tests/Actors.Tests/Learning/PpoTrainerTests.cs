using System.Text.Json;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
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

    [Fact]
    public async Task Alarms_go_on_from_a_checkpoint_as_if_it_had_never_stopped()
    {
        var (trajectories, _) = await _model.PlainLoop();
        var settings = new AlarmSettings
        {
            Reward = new() { WarnAbove = -1e9, Updates = 3 }, Entropy = new() { StopBelow = 1e9 }, StartEpisodes = 16, KlPerToken = new(), RewardDrop = new(), ResponseLength = new(),
            LengthBias = new(), Repetition = new(), Truncated = new(),
        };
        var batches = Batches(trajectories).ToArray();
        using var thread = new ComputeThread("trainers");
        await thread.Run(() =>
        {
            using var whole = _model.Trainer(Path.Combine(_folder, "whole"), alarms: _model.Alarms(settings));
            whole.Load();
            foreach (var batch in batches[..5]) whole.Train(batch);
            using (var first = _model.Trainer(_folder, alarms: _model.Alarms(settings)))
            {
                first.Load();
                foreach (var batch in batches[..3]) first.Train(batch);
                first.Checkpoint(3);
            }

            using var second = _model.Trainer(_folder, alarms: _model.Alarms(settings));
            Assert.Equal(3, second.Load());
            Assert.Equal([AlarmMetric.Entropy, AlarmMetric.Reward], second.Alarms.Select(alarm => alarm.Metric));
            foreach (var batch in batches[3..5]) second.Train(batch);
            Assert.Equal(JsonSerializer.Serialize(whole.Alarms), JsonSerializer.Serialize(second.Alarms));
            Assert.True(second.Alarms[0].Stops);
            second.Steer(new Steering { Kind = SteeringKind.Resumed, Accepted = { "Entropy" } }, isPast: false);
            second.Train(batches[5]);
            Assert.True(second.Alarms[0] is { Metric: AlarmMetric.Entropy, IsAccepted: true, Stops: false });
            return true;
        });
    }

    [Fact]
    public async Task A_scorer_whose_sign_is_the_wrong_way_round_is_found_out_by_the_learners_own_reward_model()
    {
        var (trajectories, _) = await _model.PlainLoop();
        foreach (var (sign, stops) in new[] { (1, false), (-1, true) })
        {
            using var trainer = _model.Trainer(Path.Combine(_folder, $"sign{sign}"), alarms: _model.Alarms(new AlarmSettings()));
            trainer.Load();
            trainer.Train(Batches([.. trajectories.Take(16).Select(episode => episode with { Score = sign * episode.Score })]).Single());
            Assert.Equal(stops, trainer.Alarms.Any(alarm => alarm is { Metric: AlarmMetric.ScoreAudit, Stops: true }));
        }
    }

    [Fact]
    public void A_step_that_blows_up_stops_training_with_an_alarm_that_names_the_number()
    {
        using var trainer = _model.Trainer(_folder, alarms: _model.Alarms(new AlarmSettings()));
        trainer.Load();
        var batch = Batches([.. Enumerable.Range(0, 16).Select(i => Simple(i) with { BehaviourLogProbabilities = [-200, -200] })]).Single();
        var alarm = Assert.Throws<TrainingStoppedException>(() => trainer.Train(batch)).Alarm;
        Assert.Equal((AlarmMetric.Nan, AlarmLevel.Stop, 1L), (alarm.Metric, alarm.Level, alarm.Update));
        Assert.StartsWith("ppo/loss/policy is ", alarm.Message);
    }

    private static Trajectory Simple(int episode) => new(episode, [1], [2, 0], [-1, -2], [-1, -2], episode % 3, PolicyVersion: 0);

    private IEnumerable<BatchFormed> Batches(IReadOnlyList<Trajectory> trajectories) => trajectories.Chunk(_model.Ppo.BatchSize)
        .Select((batch, i) => new BatchFormed { Batch = i, PolicyVersion = i, Episodes = { batch.Select(ScoredEpisode.Of) } });
}
