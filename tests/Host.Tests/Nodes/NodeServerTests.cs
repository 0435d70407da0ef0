using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Tests.Nodes;

public sealed class NodeServerTests : IDisposable
{
    private readonly NetworkFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Nodes_with_one_token_and_one_certificate_talk()
    {
        var settings = _files.Shared();
        await using var server = await Start(settings);
        Assert.StartsWith("https://127.0.0.1:", server.Address, StringComparison.Ordinal);
        using var client = ClusterNetwork.Open(settings).CreateClient();
        Assert.Equal("hello", await client.GetStringAsync($"{server.Address}/hello"));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Bearer", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    [InlineData("Bearer", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("Bearer", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("Bearer", null)]
    [InlineData("Basic", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Without_the_token_only_health_is_told(string? scheme, string? token)
    {
        await using var server = await Start(new() { TokenFile = _files.Token() });
        using var client = new HttpClient();
        if (scheme is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, token);
        foreach (var path in new[] { "/hello", "/nothing", "/health/live/x", "/api/pause" })
        {
            using var refused = await client.GetAsync(server.Address + path);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        }

        Assert.Equal("ok", await client.GetStringAsync($"{server.Address}/health/live"));
    }

    [Theory]
    [InlineData('b', "GET", "/api/thing", 200)]
    [InlineData('b', "POST", "/api/thing", 403)]
    [InlineData('b', "GET", "/status", 200)]
    [InlineData('b', "GET", "/hello", 403)]
    [InlineData('c', "GET", "/api/thing", 200)]
    [InlineData('c', "POST", "/api/thing", 200)]
    [InlineData('c', "GET", "/hello", 403)]
    [InlineData('a', "GET", "/hello", 200)]
    [InlineData('a', "POST", "/api/thing", 200)]
    [InlineData('d', "GET", "/api/thing", 401)]
    public async Task A_reader_sees_an_operator_steers_and_neither_is_a_node(char token, string method, string path, int status)
    {
        await using var server = await Start(new() { TokenFile = _files.Token(), ReadTokenFile = _files.Token('b'), OperatorTokenFile = _files.Token('c') });
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", new string(token, 40));
        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), server.Address + path));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public void A_reader_s_token_that_may_do_everything_is_refused()
    {
        var same = Assert.Throws<UserErrorException>(() => ClusterNetwork.Open(new() { TokenFile = _files.Token(), ReadTokenFile = _files.Token() }));
        Assert.Contains("rlhf.network.read-token-file", same.Message, StringComparison.Ordinal);
        var alone = Assert.Throws<UserErrorException>(() => ClusterNetwork.Open(new() { OperatorTokenFile = _files.Token() }));
        Assert.StartsWith("rlhf.network.operator-token-file is set and rlhf.network.token-file is not", alone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_token_everything_is()
    {
        var settings = new NetworkSettings { TokenFile = _files.Token() };
        await using var server = await Start(settings);
        using var client = ClusterNetwork.Open(settings).CreateClient();
        Assert.Equal("hello", await client.GetStringAsync($"{server.Address}/hello"));
        using var other = ClusterNetwork.Open(new() { TokenFile = _files.Token('b') }).CreateClient();
        using var refused = await other.GetAsync($"{server.Address}/hello");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_server_with_another_certificate_gets_no_request()
    {
        await using var server = await Start(_files.Shared());
        using var other = ClusterNetwork.Open(_files.Shared(_files.SelfSigned("other"))).CreateClient();
        await Untrusted(other, server);
        using var stranger = ClusterNetwork.Open(new() { TokenFile = _files.Token() }).CreateClient();
        await Untrusted(stranger, server);
    }

    [Fact]
    public async Task Nodes_with_certificates_of_one_authority_talk_by_the_names_in_them()
    {
        X509Certificate2 authority = _files.Make("authority", isAuthority: true), other = _files.Make("other", isAuthority: true);
        var settings = new NetworkSettings { Certificate = _files.Pkcs12(_files.Make("node-1", authority)), Trust = _files.Pem(authority) };
        await using var server = await Start(settings);
        using var client = ClusterNetwork.Open(settings with { Certificate = _files.Pkcs12(_files.Make("node-2", authority)) }).CreateClient();
        Assert.Equal("hello", await client.GetStringAsync($"{server.Address}/hello"));
        using var watcher = ClusterNetwork.Open(new() { Trust = _files.Pem(authority) }).CreateClient();
        Assert.Equal("hello", await watcher.GetStringAsync($"{server.Address}/hello"));

        using var distrustful = ClusterNetwork.Open(new() { Trust = _files.Pem(other) }).CreateClient();
        await Untrusted(distrustful, server);
        await using var misnamed = await Start(new() { Certificate = _files.Pkcs12(_files.Make("node-3", authority, address: "127.0.0.9")) });
        await Untrusted(client, misnamed);
    }

    [Fact]
    public async Task The_token_goes_to_no_other_machine_in_the_clear()
    {
        using var client = ClusterNetwork.Open(new() { TokenFile = _files.Token() }).CreateClient();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("http://192.0.2.1:4000/hello"));
        Assert.Contains("http://192.0.2.1:4000 is not https", error.Message, StringComparison.Ordinal);
        Assert.Throws<HttpRequestException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "http://192.0.2.1:4000/hello")));
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using var server = await Start(new(), routes => routes.MapGet("/elsewhere", () => Results.Redirect("/hello")));
        using var client = ClusterNetwork.Open(new()).CreateClient();
        using var answer = await client.GetAsync($"{server.Address}/elsewhere");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:1", true)]
    [InlineData("node-7", false)]
    [InlineData("localhost.example.org", false)]
    [InlineData("example.org", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("127.0.0.2", false)]
    public async Task A_request_by_a_name_that_is_not_the_nodes_is_refused(string host, bool isOwn)
    {
        await using var server = await Start(new());
        using var client = new HttpClient();
        foreach (var path in new[] { "/hello", "/health/live" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, server.Address + path);
            request.Headers.Host = host;
            using var answer = await client.SendAsync(request);
            Assert.Equal(isOwn ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("node-7", true)]
    [InlineData("NODE-7:4000", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("node-8", false)]
    public async Task A_node_on_every_interface_is_reached_by_its_public_name_and_the_address_of_the_interface(string host, bool isOwn)
    {
        var settings = _files.Shared() with { Hostname = "0.0.0.0", PublicHostname = "node-7" };
        await using var server = await Start(settings);
        Assert.StartsWith("https://node-7:", server.Address, StringComparison.Ordinal);
        using var client = ClusterNetwork.Open(settings).CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(server.Address) { Host = "127.0.0.1", Path = "/hello" }.Uri);
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request);
        Assert.Equal(isOwn ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_origin_is_refused()
    {
        await using var server = await Start(new());
        using var client = new HttpClient();
        var port = new Uri(server.Address).Port;
        Assert.Equal(HttpStatusCode.OK, await From(server.Address));
        Assert.Equal(HttpStatusCode.Forbidden, await From("https://example.org"));
        Assert.Equal(HttpStatusCode.Forbidden, await From("null"));
        Assert.Equal(HttpStatusCode.Forbidden, await From($"https://127.0.0.1:{port}"));
        Assert.Equal(HttpStatusCode.Forbidden, await From("http://127.0.0.1:1"));
        Assert.Equal(HttpStatusCode.Forbidden, await From($"http://localhost:{port}"));

        async Task<HttpStatusCode> From(string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Address}/length") { Content = new ByteArrayContent([]) };
            request.Headers.Add("Origin", origin);
            using var answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_body_has_a_limit_and_the_server_does_not_name_itself()
    {
        await using var server = await Start(new());
        using var client = new HttpClient();
        using var most = await client.PostAsync($"{server.Address}/length", new ByteArrayContent(new byte[NodeServer.LargestBody]));
        Assert.Equal("1048576", await most.Content.ReadAsStringAsync());
        Assert.False(most.Headers.Contains("Server"));
        using var more = await client.PostAsync($"{server.Address}/length", new ByteArrayContent(new byte[NodeServer.LargestBody + 1]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, more.StatusCode);
    }

    [Fact]
    public async Task An_endpoint_that_fails_is_logged_and_tells_nothing()
    {
        var log = new Log();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        await using var server = await Start(new(), Map, loggers);
        using var client = new HttpClient();
        using var answer = await client.GetAsync($"{server.Address}/fails");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("the node failed to answer; its log says why\n", await answer.Content.ReadAsStringAsync());
        Assert.Contains(log.Entries, entry => entry is { Level: LogLevel.Error, Text: "GET /fails failed", Error: InvalidOperationException });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync($"{server.Address}/fails-later"));
        Assert.Contains(log.Entries, entry => entry.Text == "GET /fails-later failed");

        static void Map(WebApplication routes)
        {
            routes.MapGet("/fails", (Func<string>)(() => throw new InvalidOperationException("a secret")));
            routes.MapGet("/fails-later", async (HttpContext http) =>
            {
                await http.Response.WriteAsync("half of ");
                await http.Response.Body.FlushAsync();
                throw new InvalidOperationException("a secret");
            });
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var server = await Start(new());
        var port = new Uri(server.Address).Port;
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Start(new() { HttpPort = port }));
        Assert.Contains($"127.0.0.1, port {port}", error.Message, StringComparison.Ordinal);
        Assert.Contains("rlhf.network.http-port", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_processs_signals_are_left_to_the_process()
    {
        IHostLifetime? lifetime = null;
        await using var server = await Start(new(), application => lifetime = application.Services.GetRequiredService<IHostLifetime>());
        Assert.False(lifetime is null or ConsoleLifetime);
    }

    private static Task<NodeServer> Start(NetworkSettings settings, Action<WebApplication>? map = null, ILoggerFactory? loggers = null) =>
        NodeServer.StartAsync(
            ClusterNetwork.Open(settings),
            application =>
            {
                application.MapGet("/hello", () => "hello");
                application.MapGet("/status", () => "well");
                application.MapMethods("/api/thing", ["GET", "POST"], () => "done");
                application.MapPost("/length", async (HttpContext http) =>
                {
                    using var body = new MemoryStream();
                    await http.Request.Body.CopyToAsync(body);
                    return body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
                });
                map?.Invoke(application);
            },
            loggers);

    private static async Task Untrusted(HttpClient client, NodeServer server)
    {
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync($"{server.Address}/hello"));
        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    private sealed class Log : ILoggerProvider
    {
        public ConcurrentQueue<(LogLevel Level, string Text, Exception? Error)> Entries { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Logger(Entries);

        public void Dispose()
        {
        }

        private sealed class Logger(ConcurrentQueue<(LogLevel, string, Exception?)> entries) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                entries.Enqueue((logLevel, formatter(state, exception), exception));
        }
    }
}
