using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>The base of xunit tests of actors; the system ends with the test.</summary>
public class TestKit : TestKitBase, IDisposable
{
    /// <summary>Where the test's log goes, or null.</summary>
    protected readonly ITestOutputHelper? Output;

    private bool _disposed;

    /// <summary>A test with a system of its own, or a given one.</summary>
    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null)
        : base(Assertions, system)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>A test with a system of its own from setups.</summary>
    public TestKit(ActorSystemSetup config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(Assertions, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>A test with a system of its own from a configuration.</summary>
    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(Assertions, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>A test with a system of its own from HOCON text.</summary>
    public TestKit(string config, ITestOutputHelper? output = null)
        : this(ConfigurationFactory.ParseString(config), null, output)
    {
    }

    /// <summary>xunit's assertions.</summary>
    protected static XunitAssertions Assertions { get; } = new();

    /// <summary>Ends the system.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the system; overrides do what they have to and call this.</summary>
    protected virtual void AfterAll() => Shutdown();

    /// <summary>Ends the system once.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed || !disposing) return;
        _disposed = true;
        try
        {
            AfterAll();
        }
        finally
        {
            ActorCell.Current = null;
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <summary>Sends a system's log to the test's output, if it has one.</summary>
    protected void InitializeLogger(ActorSystem system)
    {
        if (Output is null) return;
        var logger = ((ExtendedActorSystem)system).SystemActorOf(Props.Create(() => new TestOutputLogger(Output)), "log-test");
        foreach (var channel in new[] { typeof(Debug), typeof(Info), typeof(Warning), typeof(Error) }) system.EventStream.Subscribe(logger, channel);
    }

    private sealed class TestOutputLogger : ReceiveActor
    {
        public TestOutputLogger(ITestOutputHelper output)
        {
            Receive<LogEvent>(logged =>
            {
                try
                {
                    output.WriteLine("{0}", logged);
                }
                catch (InvalidOperationException)
                {
                    // The test has ended.
                }
            });
        }
    }
}
