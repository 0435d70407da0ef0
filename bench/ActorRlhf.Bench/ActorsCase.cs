using System.Diagnostics;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Configuration;

namespace ActorRlhf.Bench;

/// <summary>
/// Messages between actors of one process: how many a second, and how long one takes when it does not have to queue. Kinds: <c>tell</c>, one thread
/// sends to one actor; <c>pingpong</c>, pairs of actors answer each other with a window of messages under way; <c>ask</c>, tasks put a question
/// and await the answer before the next; <c>remote</c>, see <see cref="RemoteCase"/>.
/// </summary>
internal static class ActorsCase
{
    private static readonly object Message = new();

    public static JsonObject Run(Options options)
    {
        var kind = options.Text("kind", "tell");
        if (kind == "remote") return RemoteCase.Run(options);
        using var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString("akka.loggers = [], akka.stdout-loglevel = OFF"));
        Measure(system, kind, options, scale: 0.1); // warm up
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var (messages, seconds, latencies) = Measure(system, kind, options, scale: 1);
        var processorSeconds = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        Array.Sort(latencies);
        return new JsonObject
        {
            ["kind"] = kind,
            ["messages"] = messages,
            ["seconds"] = Math.Round(seconds, 3),
            ["cpu_seconds"] = Math.Round(processorSeconds, 3),
            ["messages_per_second"] = Math.Round(messages / seconds),
            ["p50_us"] = Percentile(latencies, 0.5),
            ["p99_us"] = Percentile(latencies, 0.99),
            ["p999_us"] = Percentile(latencies, 0.999),
        };
    }

    private static (long Messages, double Seconds, long[] Latencies) Measure(ActorSystem system, string kind, Options options, double scale)
    {
        var messages = (int)(options.Number("messages", kind == "ask" ? 1_000_000 : 20_000_000) * scale);
        var single = (int)(options.Number("singles", 100_000) * scale);
        return kind switch
        {
            "tell" => (messages, Flood(system, messages), Singles(system, single)),
            "pingpong" => (messages, Pairs(system, messages, options.Number("pairs", 8), options.Number("window", 100)), RoundTrips(system, single)),
            "ask" => (messages * 2L, Questions(system, messages, options.Number("tasks", 16), []), Questions(system, single)),
            _ => throw new ArgumentException($"there is no kind '{kind}'; the kinds are tell, pingpong, ask, remote"),
        };
    }

    internal static double Percentile(long[] sorted, double share) =>
        Math.Round(Stopwatch.GetElapsedTime(0, sorted[(int)(share * (sorted.Length - 1))]).TotalMicroseconds, 1);

    private static double Flood(ActorSystem system, int messages)
    {
        using var done = new ManualResetEventSlim();
        var counter = system.ActorOf(Props.Create(() => new Counter(messages, done)));
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < messages; i++) counter.Tell(Message, ActorRefs.NoSender);
        done.Wait();
        return Stop(system, began, counter);
    }

    private static long[] Singles(ActorSystem system, int count)
    {
        var latencies = new long[count];
        using var taken = new SemaphoreSlim(0);
        var stamper = system.ActorOf(Props.Create(() => new Stamper(latencies, taken)));
        for (var i = 0; i < count; i++)
        {
            latencies[i] = Stopwatch.GetTimestamp();
            stamper.Tell(Message, ActorRefs.NoSender);
            taken.Wait();
        }

        Stop(system, 0, stamper);
        return latencies;
    }

    private static double Pairs(ActorSystem system, int messages, int pairs, int window)
    {
        using var done = new CountdownEvent(pairs);
        var players = Enumerable.Range(0, pairs).Select(_ =>
        {
            var pong = system.ActorOf(Props.Create<Echo>());
            return (Ping: system.ActorOf(Props.Create(() => new Ping(pong, messages / pairs / 2, done))), Pong: pong);
        }).ToArray();
        var began = Stopwatch.GetTimestamp();
        foreach (var (ping, _) in players)
        {
            for (var i = 0; i < window; i++) ping.Tell(Message, ActorRefs.NoSender);
        }

        done.Wait();
        return Stop(system, began, [.. players.SelectMany(player => new[] { player.Ping, player.Pong })]);
    }

    private static long[] RoundTrips(ActorSystem system, int count)
    {
        var latencies = new long[count];
        using var done = new ManualResetEventSlim();
        var echo = system.ActorOf(Props.Create<Echo>());
        var timer = system.ActorOf(Props.Create(() => new RoundTripTimer(echo, latencies, done)));
        timer.Tell(Message, ActorRefs.NoSender);
        done.Wait();
        Stop(system, 0, echo, timer);
        return latencies;
    }

    private static long[] Questions(ActorSystem system, int count)
    {
        var latencies = new long[count];
        Questions(system, count, 1, latencies);
        return latencies;
    }

    private static double Questions(ActorSystem system, int count, int tasks, long[] latencies)
    {
        var echo = system.ActorOf(Props.Create<Echo>());
        var began = Stopwatch.GetTimestamp();
        Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < count / tasks; i++)
            {
                var asked = Stopwatch.GetTimestamp();
                await echo.Ask<object>(Message, TimeSpan.FromSeconds(30)).ConfigureAwait(false);
                if (latencies.Length > 0) latencies[i] = Stopwatch.GetTimestamp() - asked;
            }
        }))).GetAwaiter().GetResult();
        return Stop(system, began, echo);
    }

    private static double Stop(ActorSystem system, long began, params IActorRef[] actors)
    {
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var actor in actors) system.Stop(actor);
        return seconds;
    }

    private sealed class Counter(int expected, ManualResetEventSlim done) : UntypedActor
    {
        private int _received;

        protected override void OnReceive(object message)
        {
            if (++_received == expected) done.Set();
        }
    }

    private sealed class Stamper(long[] latencies, SemaphoreSlim taken) : UntypedActor
    {
        private int _received;

        protected override void OnReceive(object message)
        {
            latencies[_received] = Stopwatch.GetTimestamp() - latencies[_received];
            _received++;
            taken.Release();
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Ping(IActorRef pong, int rounds, CountdownEvent done) : UntypedActor
    {
        private int _received;

        protected override void OnReceive(object message)
        {
            if (_received == rounds) return;
            if (++_received == rounds) done.Signal();
            else pong.Tell(message, Self);
        }
    }

    private sealed class RoundTripTimer(IActorRef echo, long[] latencies, ManualResetEventSlim done) : UntypedActor
    {
        private int _received = -1;
        private long _sent;

        protected override void OnReceive(object message)
        {
            var now = Stopwatch.GetTimestamp();
            if (_received >= 0) latencies[_received] = now - _sent;
            if (++_received == latencies.Length)
            {
                done.Set();
                return;
            }

            _sent = Stopwatch.GetTimestamp();
            echo.Tell(message, Self);
        }
    }
}
