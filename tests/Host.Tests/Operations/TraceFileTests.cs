using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>What nodes write down of episodes' ways.</summary>
public sealed class TraceFileTests : IDisposable
{
    private const int Every = 64;

    private static readonly string[] Stages = ["lease", "generate", "score", "journal", "train"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _run = $"run-{Guid.NewGuid():N}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_way_of_a_sampled_episode_through_a_cluster_is_one_trace_in_the_order_of_its_stages()
    {
        var settings = new EpisodeBenchSettings { Run = _run, Directory = _folder.Path, Episodes = 2048, BatchSize = 256, Shards = 2 };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        using (TraceFile.Open(new TraceSettings { Every = Every }, _folder.Path, _run, "both"))
        {
            NodeOptions Options(string name, NodeRoles roles) => new() { Name = name, Roles = roles, Network = new NetworkSettings(), Cluster = settings.Cluster() };
            await using var core = await Node.StartAsync(Options("core", NodeRoles.Learner | NodeRoles.Episodes), work, log);
            await using var worker = await Node.StartAsync(Options("worker", NodeRoles.Rollout | NodeRoles.Scorer), work, log);
            await worker.Completion.WaitAsync(TimeSpan.FromMinutes(2));
        }

        var spans = Spans("both");
        Assert.All(spans, span => Assert.Equal(_run, span.Tags["rlhf.run"]));
        var sampled = Enumerable.Range(0, 2048).Where(episode => TraceFile.IsSampled(EpisodeSpans.Trace(_run, episode), Every)).ToList();
        Assert.InRange(sampled.Count, 8, 96); // 32 are expected
        Assert.Equal(sampled, spans.Select(span => int.Parse(span.Tags["rlhf.episode"], CultureInfo.InvariantCulture)).Distinct().Order());
        foreach (var trace in spans.GroupBy(span => span.Tags["rlhf.episode"]))
        {
            var way = trace.OrderBy(span => span.Start).ToList();
            Assert.Equal(Stages, way.Select(span => span.Name));
            Assert.Equal(EpisodeSpans.Trace(_run, long.Parse(trace.Key, CultureInfo.InvariantCulture)).ToHexString(), Assert.Single(way.Select(span => span.Trace).Distinct()));
            Assert.Equal(5, way.Select(span => span.Id).Distinct().Count());
            Assert.All(way, span => Assert.True(span.End >= span.Start));
            for (var stage = 1; stage < way.Count; stage++) Assert.True(way[stage].Start >= way[stage - 1].End, $"{way[stage].Name} begins before {way[stage - 1].Name} ends");
            Assert.Equal(("worker", "48"), (way[1].Tags["rlhf.rollout"], way[1].Tags["rlhf.tokens"]));
            Assert.Equal("worker", way[2].Tags["rlhf.scorer"]);
            Assert.Equal((int.Parse(trace.Key, CultureInfo.InvariantCulture) / 256).ToString(CultureInfo.InvariantCulture), way[4].Tags["rlhf.batch"]);
        }
    }

    [Fact]
    public void A_file_has_its_own_runs_sampled_episodes_and_goes_on_after_a_torn_line()
    {
        Directory.CreateDirectory(_folder.In("traces"));
        File.WriteAllText(_folder.In("traces/one.jsonl"), "{\"resourceSpans\":[{\"res");
        var (mine, others) = (new EpisodeSpans(_run, "score"), new EpisodeSpans(_run + "-2", "score"));
        using (TraceFile.Open(new TraceSettings { Every = 2 }, _folder.Path, _run, "one"))
        using (ListenToAll())
        {
            for (var episode = 0; episode < 100; episode++)
            {
                foreach (var spans in new[] { mine, others }) spans.Begin(episode);
                using (var span = mine.End(episode)) span?.SetTag("rlhf.score", 0.5f).SetTag("x", double.NaN).SetStatus(ActivityStatusCode.Error, "refused");
                others.End(episode)?.Dispose();
            }
        }

        Assert.Equal("{\"resourceSpans\":[{\"res", File.ReadLines(_folder.In("traces/one.jsonl")).First());
        var written = Spans("one");
        Assert.Equal(
            Enumerable.Range(0, 100).Where(episode => TraceFile.IsSampled(EpisodeSpans.Trace(_run, episode), 2)).Select(episode => episode.ToString(CultureInfo.InvariantCulture)),
            written.Select(span => span.Tags["rlhf.episode"]));
        Assert.All(written, span => Assert.Equal(("0.5", "NaN", _run), (span.Tags["rlhf.score"], span.Tags["x"], span.Tags["rlhf.run"])));
    }

    [Fact]
    public void Without_the_setting_nothing_is_written_and_nobody_listens()
    {
        Assert.Null(TraceFile.Open(new TraceSettings(), _folder.Path, _run, "one"));
        Assert.False(Directory.Exists(_folder.In("traces")));
    }

    private static ActivityListener ListenToAll()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EpisodeSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    // As the file exporter's specification has it.
    private List<Span> Spans(string node)
    {
        var spans = new List<Span>();
        foreach (var line in File.ReadLines(_folder.In($"traces/{node}.jsonl")).Where(line => line.EndsWith("]}", StringComparison.Ordinal)))
        {
            using var json = JsonDocument.Parse(line);
            var resource = Assert.Single(json.RootElement.GetProperty("resourceSpans").EnumerateArray());
            Assert.Equal(["service.name=rlhf", $"service.namespace={_run}", $"service.instance.id={node}"], Attributes(resource.GetProperty("resource")).Select(tag => $"{tag.Key}={tag.Value}"));
            var scope = Assert.Single(resource.GetProperty("scopeSpans").EnumerateArray());
            Assert.Equal("ActorRlhf", scope.GetProperty("scope").GetProperty("name").GetString());
            foreach (var span in scope.GetProperty("spans").EnumerateArray())
            {
                Assert.Matches("^[0-9a-f]{32}$", span.GetProperty("traceId").GetString());
                Assert.Matches("^[0-9a-f]{16}$", span.GetProperty("spanId").GetString());
                Assert.Equal(1, span.GetProperty("kind").GetInt32());
                if (span.TryGetProperty("status", out var status)) Assert.Equal((2, "refused"), (status.GetProperty("code").GetInt32(), status.GetProperty("message").GetString()));
                spans.Add(new Span(
                    span.GetProperty("name").GetString()!, span.GetProperty("traceId").GetString()!, span.GetProperty("spanId").GetString()!, Time(span, "startTimeUnixNano"),
                    Time(span, "endTimeUnixNano"), Attributes(span)));
            }
        }

        return spans;
    }

    private static long Time(JsonElement span, string name) => long.Parse(span.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Attributes(JsonElement of) => of.GetProperty("attributes").EnumerateArray().ToDictionary(
        attribute => attribute.GetProperty("key").GetString()!,
        attribute => Assert.Single(attribute.GetProperty("value").EnumerateObject()) switch
        {
            { Name: "stringValue" or "intValue" } text => text.Value.GetString()!,
            { Name: "doubleValue" } number => number.Value.GetDouble().ToString(CultureInfo.InvariantCulture),
            { Name: "boolValue" } truth => truth.Value.GetBoolean().ToString(),
            var other => throw new FormatException(other.Name),
        });

    private sealed record Span(string Name, string Trace, string Id, long Start, long End, Dictionary<string, string> Tags);
}
