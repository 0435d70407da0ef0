using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Alarms;
using Akka.Actor;
using Akka.Pattern;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>A learner that is told to stop in each phase of its life, and what its successor finds.</summary>
public sealed class StopTrainingTests : IAsyncLifetime
{
    private static readonly LearnerSettings Settings = LearnerLife.Settings with { MaxPolicyLag = 1 };

    private readonly RunDatabase _database = new();
    private readonly List<string> _done = [];
    private readonly Dictionary<string, Gate> _gates = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var gate in _gates.Values) gate.Open();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_step_under_way_is_finished_and_its_weights_are_in_a_checkpoint_while_the_next_batch_waits_for_the_successor()
    {
        var gate = At("train 0");
        var life = await Start();
        life.Send(0);
        life.Send(1);
        await gate.Reached;
        await life.Until(status => status.Formed == 2);
        life.Learner.Tell(StopTraining.Instance);
        Assert.Equal(0, (await life.Status()).Version); // it is still there
        gate.Open();
        ExpectEnd(life);
        Assert.Equal(["load", "train 0", "checkpoint 1"], _done);
        Assert.Equal([1], Checkpoints());

        life = await Start();
        life.AwaitVersion(2);
        Assert.Equal(["load", "train 1"], _done.Skip(3));
        Assert.Empty((await life.Status()).Violations);
    }

    [Fact]
    public async Task While_it_loads_it_stops_when_it_has_loaded()
    {
        var gate = At("load");
        var life = await Start();
        await gate.Reached;
        life.Learner.Tell(StopTraining.Instance);
        Assert.Equal(LearnerPhase.Loading, (await life.Status()).Phase);
        gate.Open();
        ExpectEnd(life);
        Assert.Equal(["load"], _done);
        Assert.Empty(Checkpoints());
    }

    [Fact]
    public async Task While_it_takes_steps_again_it_stops_after_the_one_under_way_and_the_successor_goes_on_from_there()
    {
        var life = await Start();
        for (var batch = 0; batch < 3; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
        }

        await _database.Stop();
        _done.Clear();
        var gate = At("train 0");
        life = await Start();
        await gate.Reached;
        life.Learner.Tell(StopTraining.Instance);
        Assert.Equal(LearnerPhase.Replaying, (await life.Status()).Phase);
        gate.Open();
        ExpectEnd(life);
        Assert.Equal(["load", "train 0", "checkpoint 1"], _done);
        Assert.Equal([1], Checkpoints());

        _done.Clear();
        life = await Start();
        Assert.Equal(3, life.NextVersion());
        Assert.Equal(["load", "train 1", "train 2"], _done);
    }

    [Fact]
    public async Task While_it_is_paused_it_writes_a_checkpoint_of_what_it_has_learned()
    {
        var life = await Start();
        life.Send(0);
        life.AwaitVersion(1);
        Assert.True((await life.Learner.Ask<SteeringAnswered>(new PauseTraining { Reason = "KL is 31" }, RunDatabase.Patience)).Done);
        life.Send(1);
        life.Learner.Tell(StopTraining.Instance);
        ExpectEnd(life);
        Assert.Equal([1], Checkpoints());
    }

    [Fact]
    public async Task Weights_that_are_in_a_checkpoint_are_not_written_again()
    {
        var life = await Start(Settings with { CheckpointBatches = 1 });
        life.Send(0);
        await life.Until(status => status.CheckpointVersion == 1);
        life.Learner.Tell(StopTraining.Instance);
        ExpectEnd(life);
        Assert.Equal([1], Checkpoints());
    }

    [Fact]
    public async Task A_checkpoint_under_way_is_finished_and_journaled()
    {
        var gate = At("checkpoint 1");
        var life = await Start(Settings with { CheckpointBatches = 1 });
        life.Send(0);
        await gate.Reached;
        life.Learner.Tell(StopTraining.Instance);
        life.Learner.Tell(StopTraining.Instance);
        Assert.Equal(0, (await life.Status()).CheckpointVersion);
        gate.Open();
        ExpectEnd(life);
        Assert.Equal(["load", "train 0", "checkpoint 1"], _done);
        Assert.Equal([1], Checkpoints());
    }

    [Fact]
    public async Task A_finished_run_just_ends()
    {
        var life = await Start();
        for (var batch = 0; batch < 5; batch++)
        {
            life.Send(batch);
            life.AwaitVersion(batch + 1);
        }

        await life.Until(status => status.Phase == LearnerPhase.Finished);
        life.Learner.Tell(StopTraining.Instance);
        ExpectEnd(life);
        Assert.Equal([5], Checkpoints());
    }

    [Fact]
    public async Task A_learner_that_has_failed_stops_as_it_is()
    {
        var life = await Start(fails: "train 1");
        life.Send(0);
        life.AwaitVersion(1);
        life.Send(1);
        await life.Until(status => status.Phase == LearnerPhase.Failed);
        life.Learner.Tell(StopTraining.Instance);
        ExpectEnd(life);
        Assert.Empty(Checkpoints());
    }

    [Fact]
    public async Task A_step_that_fails_while_it_is_to_stop_ends_it_too()
    {
        var gate = At("train 0");
        var life = await Start(fails: "train 0");
        life.Send(0);
        await gate.Reached;
        life.Learner.Tell(StopTraining.Instance);
        gate.Open();
        ExpectEnd(life);
        Assert.Empty(Checkpoints());
    }

    [Fact]
    public async Task A_supervisor_brings_it_back_after_a_write_that_failed_and_lets_it_go_when_it_is_told_to_stop()
    {
        var (pause, most) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100));
        var life = await Start(supervised: learner => BackoffSupervisor.Props(
            Backoff.OnStop(learner, "learner", pause, most, 0.2, -1).WithFinalStopMessage(message => message is StopTraining)));
        Assert.Equal(0, life.NextVersion());
        _database.Query<object>("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk full'); END");
        life.Send(0);
        Assert.Equal(0, life.NextVersion()); // of the next instance: the batch could not be journaled
        _database.Query<object>("DROP TRIGGER full");
        life.Send(0);
        life.AwaitVersion(1);
        life.Learner.Tell(StopTraining.Instance);
        ExpectEnd(life);
        Assert.Equal(["load", "load", "train 0", "checkpoint 1"], _done);
        Assert.Equal([1], Checkpoints());
    }

    private static void ExpectEnd(LearnerLife life)
    {
        life.Kit.Watch(life.Learner);
        life.Kit.ExpectTerminated(life.Learner, RunDatabase.Patience);
    }

    private Task<LearnerLife> Start(LearnerSettings? settings = null, string? fails = null, Func<Props, Props>? supervised = null) => LearnerLife.Start(
        _database, settings ?? Settings, () => new Stepwise(new ChainTrainer(_database.Folder), what => Before(what, fails), _done.Add), supervised);

    private void Before(string what, string? fails)
    {
        if (_gates.TryGetValue(what, out var gate)) gate.Pass();
        if (what == fails) throw new InvalidOperationException("the loss is not finite");
    }

    /// <summary>Holds the trainer up before something.</summary>
    private Gate At(string what) => _gates[what] = new Gate();

    /// <summary>The versions of the checkpoints in the journal.</summary>
    private long[] Checkpoints() =>
        [.. _database.Query<byte[]>("SELECT message FROM journal WHERE manifest = 'ln.checkpoint.1' ORDER BY ordering").Select(message => CheckpointWritten.Parser.ParseFrom(message).Version)];

    private sealed class Gate
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();

        public Task Reached => _reached.Task.WaitAsync(RunDatabase.Patience);

        public void Open() => _open.Set();

        public void Pass()
        {
            _reached.TrySetResult();
            _open.Wait();
        }
    }

    /// <summary>A trainer that says what it is about to do and what it has done, such as "train 3".</summary>
    private sealed class Stepwise(ITrainer trainer, Action<string> before, Action<string> done) : ITrainer
    {
        public long Load()
        {
            var version = 0L;
            Do("load", () => version = trainer.Load());
            return version;
        }

        public IReadOnlyList<Alarm> Alarms => trainer.Alarms;

        public void Steer(Steering steering, bool isPast) => trainer.Steer(steering, isPast);

        public void Train(BatchFormed batch) => Do($"train {batch.Batch}", () => trainer.Train(batch));

        public void Checkpoint(long version) => Do($"checkpoint {version}", () => trainer.Checkpoint(version));

        public void Dispose() => trainer.Dispose();

        private void Do(string what, Action work)
        {
            before(what);
            work();
            done(what);
        }
    }
}
