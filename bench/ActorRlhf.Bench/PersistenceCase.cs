using System.Diagnostics;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace ActorRlhf.Bench;

/// <summary>
/// Events of 200 bytes, each on the disk before it counts. Kinds: <c>single</c>, one actor persists one after the other; <c>many</c>, 500 actors
/// do; <c>batch</c>, 8 actors persist 100 at a time; <c>replay</c>, an actor recovers from 200,000.
/// </summary>
internal static class PersistenceCase
{
    private const int Size = 200;

    public static JsonObject Run(Options options)
    {
        var (kind, provider) = (options.Text("kind", "single"), options.Text("provider", "SQLite.MS"));
        var folder = Directory.CreateTempSubdirectory("rlhf-bench-").FullName;
        try
        {
            var connection = options.Text("connection", $"Data Source={folder}/journal.db");
            using var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString($"akka.loglevel = ERROR\n{Hocon(provider, connection)}"));
            return Measure(system, kind, provider, options);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Configures the journal and the snapshot store.</summary>
    internal static string Hocon(string provider, string connection) => $$"""
        akka.persistence {
          journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              provider-name = "{{provider}}"
              connection-string = "{{connection}}"
            }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql {
              class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
              provider-name = "{{provider}}"
              connection-string = "{{connection}}"
            }
          }
        }
        """;

    private static JsonObject Measure(ActorSystem system, string kind, string provider, Options options)
    {
        var (actors, batch, events) = kind switch
        {
            "single" => (1, 1, 5_000),
            "many" => (500, 1, 100_000),
            "batch" => (8, 100, 400_000),
            "replay" => (1, 1000, 200_000),
            _ => throw new ArgumentException($"there is no kind '{kind}'; the kinds are single, many, batch, replay"),
        };
        events = options.Number("events", events);
        Write(system, "warm", actors, batch, events / 10);
        var (seconds, latencies) = Write(system, "measured", actors, batch, events);
        if (kind == "replay")
        {
            using var recovered = new CountdownEvent(1);
            var began = Stopwatch.GetTimestamp();
            system.ActorOf(Props.Create(() => new Writer("measured-0", 0, batch, Array.Empty<long>(), recovered)));
            recovered.Wait();
            (seconds, latencies) = (Stopwatch.GetElapsedTime(began).TotalSeconds, [0]);
        }

        Array.Sort(latencies);
        return new JsonObject
        {
            ["kind"] = kind,
            ["provider"] = provider,
            ["events"] = events,
            ["seconds"] = Math.Round(seconds, 3),
            ["messages_per_second"] = Math.Round(events / seconds),
            ["p50_us"] = ActorsCase.Percentile(latencies, 0.5),
            ["p99_us"] = ActorsCase.Percentile(latencies, 0.99),
        };
    }

    // The latencies are from asking for a write to its last handler.
    private static (double Seconds, long[] Latencies) Write(ActorSystem system, string name, int actors, int batch, int events)
    {
        using var done = new CountdownEvent(actors);
        var latencies = Enumerable.Range(0, actors).Select(_ => new long[events / actors / batch]).ToArray();
        var began = Stopwatch.GetTimestamp();
        var writers = Enumerable.Range(0, actors).Select(i =>
            system.ActorOf(Props.Create(() => new Writer($"{name}-{i}", events / actors, batch, latencies[i], done)))).ToArray();
        done.Wait();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Task.WhenAll(writers.Select(writer => writer.GracefulStop(TimeSpan.FromSeconds(30)))).Wait();
        return (seconds, [.. latencies.SelectMany(times => times)]);
    }

    /// <summary>Persists batch after batch; says that it is done when it has, or has that many in its past.</summary>
    private sealed class Writer : ReceivePersistentActor
    {
        private readonly byte[][] _batch;
        private readonly long[] _latencies;
        private int _batches;
        private int _handled;
        private long _asked;

        public Writer(string id, int events, int batch, long[] latencies, CountdownEvent done)
        {
            PersistenceId = id;
            _latencies = latencies;
            _batch = [.. Enumerable.Range(0, batch).Select(i =>
            {
                var bytes = new byte[Size];
                new Random(i).NextBytes(bytes);
                return bytes;
            })];
            Recover<byte[]>(_ => { });
            Recover<RecoveryCompleted>(_ => Self.Tell(""));
            Command<string>(_ =>
            {
                if (_batches * batch >= events)
                {
                    done.Signal();
                    return;
                }

                _asked = Stopwatch.GetTimestamp();
                PersistAll(_batch, Handled);
            });
        }

        public override string PersistenceId { get; }

        private void Handled(byte[] _)
        {
            if (++_handled % _batch.Length != 0) return;
            _latencies[_batches++] = Stopwatch.GetTimestamp() - _asked;
            Self.Tell("");
        }
    }
}
