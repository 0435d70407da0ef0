using System.Diagnostics;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Configuration;

namespace ActorRlhf.Bench.Actors;

/// <summary>
/// Echo between two processes: this one keeps <c>window</c> messages (a string of <c>bytes</c> ASCII characters) under way to an actor of the other, which
/// sends each back. A message counts once, when it is back.
/// </summary>
internal static class RemoteCase
{
    public static async Task<JsonObject> RunAsync(Options options)
    {
        int window = options.Number("window", 1000), count = options.Number("messages", 1_000_000), bytes = options.Number("bytes", 16);
        using var other = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(RemoteCase).Assembly.Location, "echo"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var address = await other.StandardOutput.ReadLineAsync();
            var system = System("here");
            var echo = await system.ActorSelection($"{address}/user/echo").ResolveOne(TimeSpan.FromSeconds(20));
            await MeasureAsync(system, echo, window, count / 5, bytes);
            var processor = Process.GetCurrentProcess().TotalProcessorTime + other.TotalProcessorTime;
            var (seconds, latencies) = await MeasureAsync(system, echo, window, count, bytes);
            other.Refresh();
            var processorSeconds = (Process.GetCurrentProcess().TotalProcessorTime + other.TotalProcessorTime - processor).TotalSeconds;
            await system.Terminate();
            Array.Sort(latencies);
            return new JsonObject
            {
                ["window"] = window,
                ["bytes"] = bytes,
                ["messages"] = count,
                ["messages_per_second"] = Math.Round(count / seconds),
                ["cpu_seconds"] = Math.Round(processorSeconds, 2),
                ["p50_us"] = Math.Round(latencies[count / 2] * 1e6 / Stopwatch.Frequency, 1),
                ["p99_us"] = Math.Round(latencies[count - 1 - (count / 100)] * 1e6 / Stopwatch.Frequency, 1),
                ["p99_9_us"] = Math.Round(latencies[count - 1 - (count / 1000)] * 1e6 / Stopwatch.Frequency, 1),
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

    private static ActorSystem System(string name) => ActorSystem.Create(name, ConfigurationFactory.ParseString("""
        akka {
          actor.provider = remote
          loglevel = ERROR
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """));

    private static async Task<(double Seconds, long[] Latencies)> MeasureAsync(ActorSystem system, IActorRef echo, int window, int count, int bytes)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var latencies = new long[count];
        var began = Stopwatch.GetTimestamp();
        var pinger = system.ActorOf(Props.Create(() => new Pinger(echo, window, latencies, new string('x', bytes), done)));
        var ended = await done.Task;
        system.Stop(pinger);
        return (Stopwatch.GetElapsedTime(began, ended).TotalSeconds, latencies);
    }

    private sealed class EchoActor : ReceiveActor
    {
        public EchoActor() => ReceiveAny(message => Sender.Tell(message));
    }

    // Messages come back in the order they were sent, so a queue of times tells each one's latency.
    private sealed class Pinger : ReceiveActor
    {
        private readonly Queue<long> _sent = new();
        private int _received;

        public Pinger(IActorRef echo, int window, long[] latencies, string message, TaskCompletionSource<long> done)
        {
            void Send()
            {
                _sent.Enqueue(Stopwatch.GetTimestamp());
                echo.Tell(message, Self);
            }
            Receive<string>(_ =>
            {
                var now = Stopwatch.GetTimestamp();
                latencies[_received++] = now - _sent.Dequeue();
                if (_received + _sent.Count < latencies.Length)
                    Send();
                else if (_received == latencies.Length)
                    done.SetResult(now);
            });
            for (var i = 0; i < Math.Min(window, latencies.Length); i++)
                Send();
        }
    }
}
