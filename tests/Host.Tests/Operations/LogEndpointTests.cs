using System.Net;
using System.Net.Http.Json;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Tests.Operations;

public sealed class LogEndpointTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Dictionary<string, KnownNode> _nodes = [];
    private readonly Dictionary<string, (NodeLog Log, NodeServer Server)> _servers = [];
    private int _answering;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var (log, server) in _servers.Values)
        {
            await server.DisposeAsync();
            log.Dispose();
        }

        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Any_node_tells_the_last_lines_of_another()
    {
        var (one, _) = (await Start("one"), await Start("two"));
        foreach (var i in Enumerable.Range(1, 5)) Log("two", $"line {i}");
        var lines = (await _http.GetStringAsync($"{one}/api/logs?node=two&lines=2")).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.EndsWith("test: line 4", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("test: line 5", lines[1], StringComparison.Ordinal);
        Assert.Equal("", lines[2]);
        Assert.Equal("", await _http.GetStringAsync($"{one}/api/logs")); // its own, where nothing is
    }

    [Fact]
    public async Task What_is_logged_later_is_told_when_it_is_logged_through_a_node_between()
    {
        var (one, _) = (await Start("one"), await Start("two"));
        Log("two", "before");
        using var answer = await _http.GetAsync($"{one}/api/logs?node=two&follow=true", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.EndsWith("before", await reader.ReadLineAsync(), StringComparison.Ordinal);
        foreach (var i in Enumerable.Range(1, 100))
        {
            Log("two", $"later {i}");
            Assert.EndsWith($"later {i}", await reader.ReadLineAsync(), StringComparison.Ordinal);
        }

        _servers["two"].Log.Dispose();
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Nobody_follows_a_log_whose_reader_is_gone()
    {
        var (one, _) = (await Start("one"), await Start("two"));
        using (var answer = await _http.GetAsync($"{one}/api/logs?node=two&follow=true", HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(2, _answering);
        }

        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _answering) == 0, TimeSpan.FromSeconds(30)), $"{_answering} go on");
    }

    [Fact]
    public async Task A_log_that_breaks_off_does_not_look_whole()
    {
        var (one, _) = (await Start("one"), await Start("two"));
        Log("two", "before");
        using var answer = await _http.GetAsync($"{one}/api/logs?node=two&follow=true", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.EndsWith("before", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await _servers["two"].Server.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => reader.ReadLineAsync());
    }

    [Fact]
    public async Task Of_a_dead_node_the_log_that_it_left_is_told_where_it_is_the_same_runs()
    {
        var one = await Start("one");
        await Start("two");
        Log("two", "my last words");
        await _servers["two"].Server.DisposeAsync();
        using var dead = await _http.GetAsync($"{one}/api/logs?node=two&follow=true");
        Assert.EndsWith("my last words\n", await dead.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("two does not answer; this is the end of the log that it left", Assert.Single(dead.Headers.GetValues(LogEndpoint.NoteHeader)));

        _nodes["two"] = _nodes["two"] with { Status = "gone", GoneSince = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero) };
        using var gone = await _http.GetAsync($"{one}/api/logs?node=two");
        Assert.StartsWith("two is not there any more; it was last seen at 2026-01-31T09:30:00Z;", Assert.Single(gone.Headers.GetValues(LogEndpoint.NoteHeader)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?node=three", HttpStatusCode.NotFound, "there is no node three")]
    [InlineData("?node=..%2Fsecret", HttpStatusCode.NotFound, "there is no node ../secret")]
    [InlineData("?node=dead", HttpStatusCode.ServiceUnavailable, "dead does not answer")]
    [InlineData("?lines=-1", HttpStatusCode.BadRequest, "lines is -1; it is 0 to 10000")]
    [InlineData("?lines=10001", HttpStatusCode.BadRequest, "lines is 10001; it is 0 to 10000")]
    public async Task What_is_not_there_is_named(string query, HttpStatusCode status, string error)
    {
        var one = await Start("one");
        File.WriteAllText(_folder.In("secret.log"), "secret");
        _nodes["dead"] = Known("dead", "http://127.0.0.1:1");
        using var answer = await _http.GetAsync($"{one}/api/logs{query}");
        Assert.Equal((status, error), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<Dictionary<string, string>>())!["error"]));
    }

    [Fact]
    public async Task A_question_is_not_passed_round_in_circles()
    {
        var (one, two) = (await Start("one"), await Start("two"));
        _nodes["three"] = Known("three", one); // whose port another node has now
        using var answer = await _http.GetAsync($"{two}/api/logs?node=three");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static KnownNode Known(string name, string http) => new(name, Address.Parse("akka.tcp://rlhf@127.0.0.1:1"), http, [], default, "up", null);

    private async Task<string> Start(string name)
    {
        var log = NodeLog.ToFile(_folder.In($"logs/{name}.log"));
        var endpoint = new LogEndpoint(name, log, _nodes.GetValueOrDefault, _http);
        var server = await NodeServer.StartAsync(ClusterNetwork.Open(new()), application =>
        {
            application.Use(async (_, next) =>
            {
                Interlocked.Increment(ref _answering);
                try
                {
                    await next();
                }
                finally
                {
                    Interlocked.Decrement(ref _answering);
                }
            });
            endpoint.Map(application);
        });
        _servers[name] = (log, server);
        _nodes[name] = Known(name, server.Address);
        return server.Address;
    }

    private void Log(string name, string line) => _servers[name].Log.CreateLogger("test").LogInformation("{Line}", line);
}
