using System.Linq.Expressions;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>A system for a test, and an actor in it whose messages the test can expect.</summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static readonly Config Defaults = ConfigurationFactory.ParseString("""
        akka {
          # A test says what it expects; what else happens is no news.
          loggers = []
          stdout-loglevel = OFF
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          test {
            timefactor = 1.0
            single-expect-default = 3s
            default-timeout = 5s
            # its actors receive on the sender's thread, so that what was sent to one is there at once
            calling-thread-dispatcher.type = "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit"
            test-actor.dispatcher.type = "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit"
          }
        }
        """);

    private static int _testActors;

    private readonly ITestKitAssertions _assertions;
    private readonly Channel<MessageEnvelope> _queue = Channel.CreateUnbounded<MessageEnvelope>();
    private MessageEnvelope? _last;
    private TimeSpan? _end;

    /// <summary>A test with a system of its own, or a given one.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system = null, string? testActorName = null)
        : this(assertions, system, ActorSystemSetup.Empty, null, testActorName)
    {
    }

    /// <summary>A test with a system of its own from setups.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystemSetup setup, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    /// <summary>A test with a system of its own from a configuration.</summary>
    protected TestKitBase(ITestKitAssertions assertions, Config config, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName)
    {
    }

    private TestKitBase(ITestKitAssertions assertions, ActorSystem? system, ActorSystemSetup setup, string? actorSystemName, string? testActorName)
    {
        _assertions = assertions;
        if (system is null)
        {
            var bootstrap = setup.Get<BootstrapSetup>().GetOrElse(BootstrapSetup.Create()).WithConfigFallback(Defaults);
            system = ActorSystem.Create(actorSystemName ?? "test", setup.WithSetup(bootstrap));
        }
        else
        {
            system.Settings.InjectTopLevelFallback(Defaults);
        }

        Sys = system;
        TestKitSettings = new TestKitSettings(system.Settings.Config);
        Log = Logging.GetLogger(system, GetType());
        var name = testActorName ?? $"testActor{Interlocked.Increment(ref _testActors)}";
        TestActor = CreateTestActor(name);
        if (this is TestProbe) return;
        ActorCell.Current = this is INoImplicitSender ? null : ((LocalActorRef)TestActor).Cell;
        SynchronizationContext.SetSynchronizationContext(new ActorCellKeepingSynchronizationContext(ActorCell.Current));
    }

    /// <summary>The system.</summary>
    public ActorSystem Sys { get; }

    /// <summary>The actor whose messages the test can expect, and the sender of what the test sends.</summary>
    public IActorRef TestActor { get; }

    /// <summary>What <c>akka.test</c> says.</summary>
    public TestKitSettings TestKitSettings { get; }

    /// <summary>The test's log.</summary>
    public ILoggingAdapter Log { get; }

    /// <summary>Whether there is a message that no expectation has taken.</summary>
    public bool HasMessages => _queue.Reader.Count > 0;

    /// <summary>The message that was taken last.</summary>
    public object LastMessage => _last?.Message!;

    /// <summary>The sender of the message that was taken last.</summary>
    public IActorRef LastSender => _last?.Sender!;

    /// <summary>What is left of <c>Within</c>'s time.</summary>
    /// <exception cref="InvalidOperationException">Outside of <c>Within</c>.</exception>
    public TimeSpan Remaining => _end is null
        ? throw new InvalidOperationException("Remaining may not be called outside of \"within\"")
        : RemainingOr(TimeSpan.Zero);

    /// <summary>What is left of <c>Within</c>'s time; outside of it, how long an expectation waits.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    internal ITestKitAssertions TestAssertions => _assertions;

    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <inheritdoc/>
    public IActorRef ActorOf(Props props, string? name = null) => Sys.ActorOf(props, name);

    /// <summary>Makes an actor.</summary>
    public IActorRef ActorOf<TActor>(string? name = null)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    /// <summary>Makes an actor.</summary>
    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string? name = null)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    /// <inheritdoc/>
    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    /// <inheritdoc/>
    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    /// <summary>Makes a child of the test actor.</summary>
    public IActorRef ChildActorOf(Props props, string? name = null, SupervisorStrategy? supervisorStrategy = null) =>
        TestActor.Ask<IActorRef>(new TestActor.Spawn(props, name, supervisorStrategy is null ? null : supervisorStrategy.Decider.Decide), RemainingOrDefault)
            .GetAwaiter().GetResult();

    /// <summary>Makes another actor whose messages the test can expect.</summary>
    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(Sys, name);

    /// <summary>Makes an actor of another system whose messages the test can expect.</summary>
    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, _assertions, name);

    /// <summary>Makes an actor that receives for this test too.</summary>
    public IActorRef CreateTestActor(string name) => ((ExtendedActorSystem)Sys).SystemActorOf(
        Props.Create(() => new TestActor(_queue.Writer)).WithDispatcher("akka.test.test-actor.dispatcher"), name);

    /// <summary>Watches an actor; the test actor receives <see cref="Terminated"/>.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => WatchAsync(actorToWatch).GetAwaiter().GetResult();

    /// <inheritdoc cref="Watch"/>
    public async Task<IActorRef> WatchAsync(IActorRef actorToWatch)
    {
        await TestActor.Ask<Done>(new TestActor.WatchActor(actorToWatch), RemainingOrDefault).ConfigureAwait(false);
        return actorToWatch;
    }

    /// <summary>Takes <see cref="Watch"/> back.</summary>
    public IActorRef Unwatch(IActorRef actorToUnwatch) => UnwatchAsync(actorToUnwatch).GetAwaiter().GetResult();

    /// <inheritdoc cref="Unwatch"/>
    public async Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch)
    {
        await TestActor.Ask<Done>(new TestActor.UnwatchActor(actorToUnwatch), RemainingOrDefault).ConfigureAwait(false);
        return actorToUnwatch;
    }

    /// <summary>Drops messages that the test does not want to hear of.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) => TestActor.Tell(new TestActor.SetIgnore(shouldIgnoreMessage));

    /// <summary>Drops messages of a type.</summary>
    public void IgnoreMessages<TMsg>() => IgnoreMessages(static message => message is TMsg);

    /// <summary>Drops messages of a type for which a predicate holds.</summary>
    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) =>
        IgnoreMessages(message => message is TMsg typed && shouldIgnoreMessage(typed));

    /// <summary>A time multiplied by <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration) => duration * TestKitSettings.TestTimeFactor;

    /// <summary>A time multiplied by the factor; without one, what <see cref="RemainingOrDefault"/> says.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration) => duration is { } given ? Dilated(given) : RemainingOrDefault;

    /// <summary>Ends the system.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    /// <summary>Ends a system.</summary>
    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var ended = system.Terminate().Wait(duration ?? Dilated(TimeSpan.FromSeconds(10)));
        if (!ended && verifySystemShutdown) throw new TimeoutException($"the actor system {system.Name} did not end in time");
    }

    private TimeSpan RemainingOr(TimeSpan duration) =>
        _end is not { } deadline ? duration : deadline > Now ? deadline - Now : TimeSpan.Zero;

    /// <summary>Keeps the implicit sender over awaits.</summary>
    private sealed class ActorCellKeepingSynchronizationContext(ActorCell? cell) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(_ =>
        {
            var (outerCell, outerContext) = (ActorCell.Current, Current);
            SetSynchronizationContext(this);
            ActorCell.Current = cell;
            try
            {
                d(state);
            }
            finally
            {
                ActorCell.Current = outerCell;
                SetSynchronizationContext(outerContext);
            }
        });

        public override void Send(SendOrPostCallback d, object? state)
        {
            using var done = new ManualResetEventSlim();
            Post(
                _ =>
                {
                    d(state);
                    done.Set();
                },
                null);
            done.Wait();
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
