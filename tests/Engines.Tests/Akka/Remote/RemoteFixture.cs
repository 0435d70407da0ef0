using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using ActorRlhf.Engines.Tests.Node.Remote;

namespace ActorRlhf.Engines.Tests.Akka.Remote;

/// <summary>An actor system that takes part in remoting, within the test's own process, and what tests of remoting ask of it.</summary>
public sealed class RemoteFixture : IAsyncDisposable
{
    /// <summary>Longer than anything takes that works.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public RemoteFixture(string hocon = "") => System = ActorSystem.Create("here", ConfigurationFactory.ParseString(Configure(hocon)));

    public ActorSystem System { get; }

    public string Address => ((ExtendedActorSystem)System).Provider.DefaultAddress.ToString();

    /// <summary>
    /// What a system of these tests is configured with: any free port of the loopback interface, and deaths noticed within about 5 s.
    /// </summary>
    public static string Configure(string hocon = "") => $$"""
        akka {
          actor.provider = remote
          loglevel = WARNING
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          remote.watch-failure-detector.acceptable-heartbeat-pause = 3 s
        }
        {{MessageSerializer.Hocon}}
        {{hocon}}
        """;

    /// <summary>Another process with the actors of <see cref="RemoteScenario"/>.</summary>
    public static Task<NodeProcess> StartNodeAsync(string hocon = "") => NodeProcess.StartAsync("remote", "there", Configure(hocon));

    /// <summary>The actor of a path in another process, found by asking it.</summary>
    public Task<IActorRef> FindAsync(NodeProcess node, string name) =>
        Retry.UntilAsync(() => System.ActorSelection($"{node.Address}/user/{name}").ResolveOne(TimeSpan.FromSeconds(5)));

    /// <summary>An actor that keeps what it receives for the test; <paramref name="watch"/> are watched from its start.</summary>
    public Inbox Inbox(params IActorRef[] watch) => new(System, watch);

    public async ValueTask DisposeAsync() => await System.Terminate();
}

/// <summary>An actor of the test's own.</summary>
public sealed class Inbox
{
    private readonly Channel<object> _received = Channel.CreateUnbounded<object>();

    public Inbox(ActorSystem system, IActorRef[] watch)
    {
        Actor = system.ActorOf(Props.Create(() => new Recorder(_received.Writer, watch)));
        Actor.Ask<ActorIdentity>(new Identify("inbox"), RemoteFixture.Patience).GetAwaiter().GetResult(); // from here on it watches
    }

    public IActorRef Actor { get; }

    /// <summary>The next message.</summary>
    public async Task<T> ReceiveAsync<T>(TimeSpan? within = null)
    {
        using var time = new CancellationTokenSource(within ?? RemoteFixture.Patience);
        return Assert.IsType<T>(await _received.Reader.ReadAsync(time.Token));
    }

    /// <summary>How many messages are there that nobody took.</summary>
    public int Count => _received.Reader.Count;

    private sealed class Recorder : ReceiveActor
    {
        public Recorder(ChannelWriter<object> into, IActorRef[] watch)
        {
            foreach (var actor in watch)
                Context.Watch(actor);
            ReceiveAny(message => into.TryWrite(message));
        }
    }
}
