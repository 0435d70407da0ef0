using System.Diagnostics;
using System.Text.Json;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace ActorRlhf.Host.Tests.Nodes;

/// <summary>A node's log for programs.</summary>
public sealed partial class LogLineTests
{
    private readonly StringWriter _text = new() { NewLine = "\n" };

    [Fact]
    public void An_entry_is_a_line_of_json_with_what_its_message_was_made_of()
    {
        using (var log = new NodeLog(_text, format: LogFormat.Json, node: "node-1")) Sampled(log.CreateLogger("ActorRlhf.Actors.Rollouts.Rollout"), 12, 3, 0.25, "é \"quoted\"\n<b>");

        var entry = Assert.Single(Entries());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", entry.GetProperty("time").GetString());
        Assert.Equal(("warning", "Rollout", "node-1"), (Word(entry, "level"), Word(entry, "category"), Word(entry, "node")));
        Assert.Equal("episode 12 of batch 3 scored 0.25: é \"quoted\"\n<b>", Word(entry, "message"));
        Assert.Equal((12, 3, 0.25), (entry.GetProperty("episode").GetInt64(), entry.GetProperty("batch_number").GetInt32(), entry.GetProperty("score").GetDouble()));
        Assert.Equal("é \"quoted\"\n<b>", Word(entry, "text"));
        Assert.Equal(["time", "level", "category", "node", "message", "episode", "batch_number", "score", "text"], entry.EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public void A_field_that_has_the_name_of_another_is_not_lost_and_one_that_is_the_message_is_not_repeated()
    {
        using (var log = new NodeLog(_text, format: LogFormat.Json, node: "node-1"))
        {
            log.CreateLogger("x").LogInformation("{Node} is gone, {Node} and {Value}", "node-2", "node-3", double.NaN);
            log.CreateLogger("x").LogInformation("{Line}", "all of it");
        }

        var (gone, line) = (Entries()[0], Entries()[1]);
        Assert.Equal(("node-1", "node-2", "NaN"), (Word(gone, "node"), Word(gone, "message_node"), Word(gone, "value")));
        Assert.Equal("all of it", Word(line, "message"));
        Assert.False(line.TryGetProperty("line", out _));
    }

    [Fact]
    public void An_exception_and_a_trace_are_fields()
    {
        using var activity = new Activity("generate").SetIdFormat(ActivityIdFormat.W3C).Start();
        using (var log = new NodeLog(_text, format: LogFormat.Json)) log.CreateLogger("x").LogError(new InvalidOperationException("first\nsecond"), "failed");

        var entry = Assert.Single(Entries());
        Assert.StartsWith("System.InvalidOperationException: first\nsecond", Word(entry, "exception"), StringComparison.Ordinal);
        Assert.Equal((activity.TraceId.ToString(), activity.SpanId.ToString()), (Word(entry, "trace_id"), Word(entry, "span_id")));
    }

    [Fact]
    public async Task What_actors_log_says_which_actor_and_which_episode()
    {
        using var log = new NodeLog(_text, format: LogFormat.Json, node: "node-1");
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(log);
        builder.Services.AddAkka("rlhf", akka => akka.ConfigureLoggers(loggers =>
        {
            loggers.ClearLoggers();
            loggers.AddLoggerFactory();
        }));
        using var host = builder.Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        system.ActorOf(Props.Create(() => new Speaker()), "rollout").Tell("speak");

        JsonElement? said;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((said = Entries().Cast<JsonElement?>().FirstOrDefault(entry => Word(entry!.Value, "level") == "warning")) is null) await Task.Delay(10, patience.Token);
        await host.StopAsync();
        var entry = said.Value;
        Assert.Equal("episode 12 from version 7 of batch 3 is not scored: why", Word(entry, "message"));
        Assert.Equal((12, 7, 3), (entry.GetProperty("episode").GetInt64(), entry.GetProperty("version").GetInt64(), entry.GetProperty("batch").GetInt64()));
        Assert.Equal("/user/rollout", Word(entry, "actor"));
    }

    [Fact]
    public void People_read_a_line_of_json_as_they_read_a_line_of_text()
    {
        using var plain = new StringWriter { NewLine = "\n" };
        var error = new InvalidOperationException("broken");
        foreach (var log in new[] { new NodeLog(_text, format: LogFormat.Json, node: "n"), new NodeLog(plain) })
        {
            log.CreateLogger("A.Learner").LogError(error, "update {Update} failed", 7);
            log.Dispose();
        }

        Assert.Equal(plain.ToString()[24..], LogLine.Readable(_text.ToString().TrimEnd('\n'))[24..] + "\n"); // less the time
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00.000Z Warning     Learner: {\"a\":1}")]
    [InlineData("{not json")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"time\":1,\"level\":\"warning\",\"category\":\"x\",\"message\":\"m\"}")]
    [InlineData("{\"time\":\"now\",\"level\":\"loud\",\"category\":\"x\",\"message\":\"m\"}")]
    [InlineData("")]
    public void Any_other_line_is_shown_as_it_is(string line) => Assert.Equal(line, LogLine.Readable(line));

    [Fact]
    public void The_format_is_a_setting()
    {
        const string hocon = """rlhf { base-model = m, data = d, task { format = "{a}", truncate-field = a, response-length = 24 }, """;
        Assert.Equal(LogFormat.Json, Read(hocon + "logs.format = json }").Logs.Format);
        Assert.Equal(LogFormat.Text, Read(hocon + "seed = 2 }").Logs.Format);

        static RunSettings Read(string text) => SettingsReader.Read<RunSettings>(SettingsDocument.Parse(text), RunSettings.Section);
    }

    private List<JsonElement> Entries() => [.. _text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? Word(JsonElement entry, string name) => entry.GetProperty(name).GetString();

    [LoggerMessage(Level = LogLevel.Warning, Message = "episode {Episode} of batch {BatchNumber} scored {Score}: {Text}")]
    private static partial void Sampled(ILogger log, long episode, int batchNumber, double score, string text);

    private sealed class Speaker : ReceiveActor
    {
        public Speaker()
        {
            var log = Context.GetLogger();
            Receive<string>(_ => log.Warning("episode {0} from version {1} of batch {2} is not scored: {3}", 12L, 7L, 3L, "why"));
        }
    }
}
