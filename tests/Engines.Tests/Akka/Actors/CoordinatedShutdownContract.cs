using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class CoordinatedShutdownContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly string[] Phases =
    [
        CoordinatedShutdown.PhaseBeforeServiceUnbind,
        CoordinatedShutdown.PhaseServiceUnbind,
        CoordinatedShutdown.PhaseServiceRequestsDone,
        CoordinatedShutdown.PhaseServiceStop,
        CoordinatedShutdown.PhaseBeforeClusterShutdown,
        CoordinatedShutdown.PhaseClusterShardingShutdownRegion,
        CoordinatedShutdown.PhaseClusterLeave,
        CoordinatedShutdown.PhaseClusterExiting,
        CoordinatedShutdown.PhaseClusterExitingDone,
        CoordinatedShutdown.PhaseClusterShutdown,
        CoordinatedShutdown.PhaseBeforeActorSystemTerminate,
        CoordinatedShutdown.PhaseActorSystemTerminate,
    ];

    [Fact]
    public async Task Terminate_runs_the_phases_in_their_order_each_after_the_one_before()
    {
        var system = ActorSystem.Create("phases");
        var shutdown = CoordinatedShutdown.Get(system);
        var ran = new ConcurrentQueue<string>();
        foreach (var phase in Phases.Reverse())
        {
            shutdown.AddTask(phase, "note", async () =>
            {
                await Task.Delay(20);
                ran.Enqueue(phase);
                return Done.Instance;
            });
        }

        await system.Terminate().WaitAsync(Patience);

        Assert.Equal(Phases.Take(11), ran.Take(11));
        Assert.IsType<CoordinatedShutdown.ActorSystemTerminateReason>(shutdown.ShutdownReason);
    }

    [Fact]
    public async Task The_tasks_run_once_however_often_it_is_called_and_the_first_reason_stays()
    {
        var system = ActorSystem.Create("once");
        var shutdown = CoordinatedShutdown.Get(system);
        var runs = 0;
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "count", () =>
        {
            Interlocked.Increment(ref runs);
            return Task.FromResult(Done.Instance);
        });
        var first = shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);
        var second = shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        await Task.WhenAll(first, second).WaitAsync(Patience);

        Assert.Equal(1, runs);
        Assert.Same(CoordinatedShutdown.ClrExitReason.Instance, shutdown.ShutdownReason);
        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public async Task A_task_that_fails_or_takes_too_long_does_not_stop_the_phases_after_it()
    {
        var system = ActorSystem.Create("stubborn", ConfigurationFactory.ParseString("akka.coordinated-shutdown.default-phase-timeout = 200ms"));
        var shutdown = CoordinatedShutdown.Get(system);
        var reached = false;
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fails", () => throw new InvalidOperationException("broken"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "hangs", () => new TaskCompletionSource<Done>().Task);
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterShutdown, "reached", () =>
        {
            reached = true;
            return Task.FromResult(Done.Instance);
        });
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance).WaitAsync(Patience);

        Assert.True(reached);
        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public async Task It_can_begin_at_a_phase()
    {
        var system = ActorSystem.Create("later");
        var shutdown = CoordinatedShutdown.Get(system);
        var ran = new ConcurrentQueue<string>();
        foreach (var phase in Phases.Take(11))
        {
            shutdown.AddTask(phase, "note", () =>
            {
                ran.Enqueue(phase);
                return Task.FromResult(Done.Instance);
            });
        }

        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance, CoordinatedShutdown.PhaseClusterShutdown).WaitAsync(Patience);

        Assert.Equal([CoordinatedShutdown.PhaseClusterShutdown, CoordinatedShutdown.PhaseBeforeActorSystemTerminate], ran);
    }

    [Fact]
    public async Task A_phase_that_the_configuration_does_not_have_is_an_error()
    {
        var system = ActorSystem.Create("unknown");

        Assert.Throws<ConfigurationException>(() => CoordinatedShutdown.Get(system).AddTask("lunch", "eat", () => Task.FromResult(Done.Instance)));
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task Phases_of_ones_own_have_their_place()
    {
        var system = ActorSystem.Create("own", ConfigurationFactory.ParseString("""
            akka.coordinated-shutdown.phases {
              flush { timeout = 1s, depends-on = [service-stop] }
              before-cluster-shutdown.depends-on = [flush]
            }
            """));
        var shutdown = CoordinatedShutdown.Get(system);
        var ran = new ConcurrentQueue<string>();
        foreach (var phase in new[] { CoordinatedShutdown.PhaseBeforeClusterShutdown, "flush", CoordinatedShutdown.PhaseServiceStop })
        {
            shutdown.AddTask(phase, "note", () =>
            {
                ran.Enqueue(phase);
                return Task.FromResult(Done.Instance);
            });
        }

        Assert.Equal(TimeSpan.FromSeconds(1), shutdown.Timeout("flush"));
        await system.Terminate().WaitAsync(Patience);
        Assert.Equal([CoordinatedShutdown.PhaseServiceStop, "flush", CoordinatedShutdown.PhaseBeforeClusterShutdown], ran);
    }

    // .NET 10 ends a process at SIGTERM without ProcessExit, which is what the published engine waits for; its hosting handles the signal.
    [EmbeddedFact]
    public async Task A_process_that_is_asked_to_end_by_SIGTERM_runs_it_first()
    {
        using var node = await NodeProcess.StartAsync("shutdown", "signalled", "");
        var exit = node.AskToEndAsync();

        Assert.Equal("phase service-stop", await node.ExpectAsync("phase "));
        Assert.Equal("phase cluster-leave", await node.ExpectAsync("phase "));
        Assert.Contains(await exit.WaitAsync(Patience), new[] { 0, 143 });
    }
}
