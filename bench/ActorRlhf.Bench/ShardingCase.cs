using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Persistence;

namespace ActorRlhf.Bench;

/// <summary>
/// Entities (1,000 in 64 shards) in <c>processes</c> processes, and a client in this one, with <c>window</c> commands under way. Kinds: <c>ask</c>, an
/// entity answers; <c>persist</c>, it answers when an event of 200 bytes is in the journal; <c>failover</c>, one of the processes is killed, and
/// what counts is the time from then until a shard that it had answers again, by a client that asks ten times a second.
/// </summary>
internal static class ShardingCase
{
    private const int Entities = 1_000, Shards = 64;
    private const string Role = "entities";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Often = TimeSpan.FromMilliseconds(100);

    public static JsonObject Run(Options options)
    {
        var (kind, provider, processes) = (options.Text("kind", "ask"), options.Text("provider", "SQLite.MS"), options.Number("processes", 2));
        if (kind is not ("ask" or "persist" or "failover")) throw new ArgumentException($"there is no kind '{kind}'; the kinds are ask, persist, failover");
        var folder = Directory.CreateTempSubdirectory("rlhf-bench-").FullName;
        List<Process> others = [];
        try
        {
            var hocon = $$"""
                akka {
                  loglevel = ERROR
                  actor.provider = cluster
                  remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
                  cluster.split-brain-resolver.stable-after = 1 s
                }
                {{PersistenceCase.Hocon(provider, options.Text("connection", $"Data Source={folder}/journal.db"))}}
                """;
            var first = "";
            for (var i = 0; i < processes; i++)
            {
                others.Add(Start(hocon, first));
                var address = others[^1].StandardOutput.ReadLine();
                if (i == 0) first = address!;
            }

            using var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString(hocon));
            Cluster.Get(system).JoinAsync(Address.Parse(first)).Wait();
            var region = ClusterSharding.Get(system).StartProxy(kind == "persist" ? "ledgers" : "echoes", Role, Extractor());
            var result = kind == "failover" ? Failover(region, others) : Throughput(region, kind, options);
            result.Insert(0, "kind", kind);
            result.Insert(1, "provider", provider);
            result.Insert(2, "processes", processes);
            return result;
        }
        finally
        {
            foreach (var other in others)
            {
                other.Kill();
                other.WaitForExit();
                other.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One of the other processes; it ends when its input does.</summary>
    public static void Serve(string hocon, string first)
    {
        var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString($"akka.cluster.roles = [{Role}]\n{hocon}"));
        var cluster = Cluster.Get(system);
        cluster.JoinAsync(first.Length > 0 ? Address.Parse(first) : cluster.SelfAddress).Wait();
        var settings = ClusterShardingSettings.Create(system).WithRole(Role);
        ClusterSharding.Get(system).Start("echoes", _ => Props.Create(() => new Echo()), settings, Extractor());
        ClusterSharding.Get(system).Start("ledgers", id => Props.Create(() => new Ledger(id)), settings, Extractor());
        Console.WriteLine(cluster.SelfAddress);
        Console.In.ReadToEnd();
    }

    private static IMessageExtractor Extractor() => HashCodeMessageExtractor.Create(Shards, message => message as string);

    private static Process Start(string hocon, string first) => Process.Start(new ProcessStartInfo("dotnet", [typeof(ShardingCase).Assembly.Location, "entities", hocon, first])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static JsonObject Throughput(IActorRef region, string kind, Options options)
    {
        var count = options.Number("messages", kind == "ask" ? 500_000 : 200_000);
        var window = options.Number("window", 256);
        Ask(region, Entities, window, retries: true); // every entity has started
        Ask(region, count / 5, window, retries: false); // warm up
        var (seconds, latencies) = Ask(region, count, window, retries: false);
        Array.Sort(latencies);
        return new JsonObject
        {
            ["window"] = window,
            ["messages"] = count,
            ["seconds"] = Math.Round(seconds, 3),
            ["messages_per_second"] = Math.Round(count / seconds),
            ["p50_us"] = ActorsCase.Percentile(latencies, 0.5),
            ["p99_us"] = ActorsCase.Percentile(latencies, 0.99),
        };
    }

    // Every entity in turn, as many at a time as the window allows.
    private static (double Seconds, long[] Latencies) Ask(IActorRef region, int count, int window, bool retries)
    {
        var latencies = new long[count];
        var next = -1;
        var began = Stopwatch.GetTimestamp();
        Task.WhenAll(Enumerable.Range(0, window).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && i < count)
            {
                var asked = Stopwatch.GetTimestamp();
                var id = (i % Entities).ToString(CultureInfo.InvariantCulture);
                if (retries) await Answer(region, id, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
                else await region.Ask<int>(id, Patience).ConfigureAwait(false);
                latencies[i] = Stopwatch.GetTimestamp() - asked;
            }
        }))).GetAwaiter().GetResult();
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, latencies);
    }

    private static JsonObject Failover(IActorRef region, List<Process> others)
    {
        // One entity of every shard, and who has it.
        var ids = Enumerable.Range(0, Entities).Select(id => id.ToString(CultureInfo.InvariantCulture)).DistinctBy(id => Extractor().ShardId(id)).ToArray();
        var owners = Task.WhenAll(ids.Select(id => Answer(region, id, TimeSpan.FromSeconds(5)))).GetAwaiter().GetResult();
        var victim = others[0];
        var moved = ids.Where((_, i) => owners[i] == victim.Id).ToArray();
        var killed = Stopwatch.GetTimestamp();
        victim.Kill();
        var times = Task.WhenAll(moved.Select(async id =>
        {
            await Answer(region, id, Often).ConfigureAwait(false);
            return Stopwatch.GetElapsedTime(killed).TotalSeconds;
        })).GetAwaiter().GetResult().Order().ToArray();
        return new JsonObject
        {
            ["moved_shards"] = moved.Length,
            ["first_s"] = Math.Round(times[0], 2),
            ["p50_s"] = Math.Round(times[times.Length / 2], 2),
            ["last_s"] = Math.Round(times[^1], 2),
        };
    }

    // What is sent to a process that is dead, or not yet known, is lost.
    private static async Task<int> Answer(IActorRef region, string id, TimeSpan again)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return await region.Ask<int>(id, again).ConfigureAwait(false);
            }
            catch (AskTimeoutException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                // Asked again.
            }
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<string>(_ => Sender.Tell(Environment.ProcessId));
    }

    private sealed class Ledger : ReceivePersistentActor
    {
        private readonly byte[] _event = new byte[200];

        public Ledger(string id)
        {
            PersistenceId = $"ledger-{id}";
            Random.Shared.NextBytes(_event);
            Recover<byte[]>(_ => { });
            Command<string>(_ =>
            {
                var client = Sender;
                Persist(_event, _ => client.Tell(Environment.ProcessId));
            });
        }

        public override string PersistenceId { get; }
    }
}
