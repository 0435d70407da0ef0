using System.Diagnostics;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Configuration;

namespace ActorRlhf.Bench;

/// <summary>
/// Echo between two processes: this one keeps <c>window</c> messages (texts of <c>bytes</c> characters) under way to an actor of the other,
/// which sends each back. A message counts once, when it is back; its latency is that of the way there and back, with the queueing that the
/// window makes.
/// </summary>
internal static class RemoteCase
{
    public static JsonObject Run(Options options)
    {
        int window = options.Number("window", 1000), count = options.Number("messages", 1_000_000), bytes = options.Number("bytes", 16);
        using var other = Process.Start(new ProcessStartInfo("dotnet", [typeof(RemoteCase).Assembly.Location, "echo"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var address = other.StandardOutput.ReadLine();
            using var system = System("here");
            var echo = system.ActorSelection($"{address}/user/echo").ResolveOne(TimeSpan.FromSeconds(20)).Result;
            Measure(system, echo, window, count / 2, bytes); // warm up
            var processor = Processor(other);
            var (seconds, latencies) = Measure(system, echo, window, count, bytes);
            var processorSeconds = (Processor(other) - processor).TotalSeconds;
            Array.Sort(latencies);
            return new JsonObject
            {
                ["kind"] = "remote",
                ["window"] = window,
                ["bytes"] = bytes,
                ["messages"] = count,
                ["seconds"] = Math.Round(seconds, 3),
                ["cpu_seconds"] = Math.Round(processorSeconds, 3),
                ["messages_per_second"] = Math.Round(count / seconds),
                ["p50_us"] = ActorsCase.Percentile(latencies, 0.5),
                ["p99_us"] = ActorsCase.Percentile(latencies, 0.99),
                ["p999_us"] = ActorsCase.Percentile(latencies, 0.999),
            };
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }
    }

    /// <summary>The other process; it ends when its input does.</summary>
    public static void Echo()
    {
        var system = System("there");
        system.ActorOf(Props.Create(() => new EchoActor()), "echo");
        Console.WriteLine(((ExtendedActorSystem)system).Provider.DefaultAddress);
        Console.In.ReadToEnd();
    }

    private static TimeSpan Processor(Process other)
    {
        other.Refresh();
        return Process.GetCurrentProcess().TotalProcessorTime + other.TotalProcessorTime;
    }

    private static ActorSystem System(string name) => ActorSystem.Create(name, ConfigurationFactory.ParseString("""
        akka {
          actor.provider = remote
          loglevel = ERROR
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """));

    private static (double Seconds, long[] Latencies) Measure(ActorSystem system, IActorRef echo, int window, int count, int bytes)
    {
        using var done = new ManualResetEventSlim();
        var latencies = new long[count];
        var message = new string('x', bytes);
        var began = Stopwatch.GetTimestamp();
        var pinger = system.ActorOf(Props.Create(() => new Pinger(echo, window, latencies, message, done)));
        done.Wait();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        system.Stop(pinger);
        return (seconds, latencies);
    }

    private sealed class EchoActor : ReceiveActor
    {
        public EchoActor() => ReceiveAny(message => Sender.Tell(message));
    }

    // Messages come back in the order in which they were sent, so the time of each one's sending stands in its place until it is back.
    private sealed class Pinger : UntypedActor
    {
        private readonly IActorRef _echo;
        private readonly long[] _latencies;
        private readonly ManualResetEventSlim _done;
        private int _sent;
        private int _received;

        public Pinger(IActorRef echo, int window, long[] latencies, string message, ManualResetEventSlim done)
        {
            (_echo, _latencies, _done) = (echo, latencies, done);
            while (_sent < Math.Min(window, latencies.Length))
                Send(message);
        }

        protected override void OnReceive(object message)
        {
            _latencies[_received] = Stopwatch.GetTimestamp() - _latencies[_received];
            _received++;
            if (_sent < _latencies.Length)
                Send(message);
            else if (_received == _latencies.Length)
                _done.Set();
        }

        private void Send(object message)
        {
            _latencies[_sent++] = Stopwatch.GetTimestamp();
            _echo.Tell(message, Self);
        }
    }
}
