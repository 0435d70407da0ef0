using System.Net;
using System.Text.RegularExpressions;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

public sealed partial class PageEndpointTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private NodeServer _server = null!;

    public async Task InitializeAsync() => _server = await NodeServer.StartAsync(ClusterNetwork.Open(new()), application => application.MapPage());

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Everything_that_the_page_asks_for_is_there_and_is_the_nodes_own()
    {
        var asked = new Queue<string>(["/"]);
        var seen = new HashSet<string>();
        while (asked.TryDequeue(out var path))
        {
            if (!seen.Add(path)) continue;
            using var answer = await _http.GetAsync(new Uri(_server.Address + path));
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
            var text = await answer.Content.ReadAsStringAsync();
            foreach (Match match in Reference().Matches(text)) asked.Enqueue(match.Value.StartsWith("from", StringComparison.Ordinal) ? $"/page/{match.Groups[1].Value}" : match.Groups[1].Value);
        }

        Assert.Contains("/page/app.js", seen);
        Assert.Contains("/page/topology.js", seen);
        Assert.DoesNotContain(seen, path => path.Contains("//", StringComparison.Ordinal));
        Assert.Equal(seen.Count, typeof(PageEndpoint).Assembly.GetManifestResourceNames().Count(name => name.StartsWith("page/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_browser_is_told_to_run_nothing_else_and_to_put_it_in_no_frame()
    {
        using var answer = await _http.GetAsync(new Uri(_server.Address));
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(("DENY", "nosniff"), (Assert.Single(answer.Headers.GetValues("X-Frame-Options")), Assert.Single(answer.Headers.GetValues("X-Content-Type-Options"))));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotMatch("<script(?![^>]*src=)|<style| on[a-z]+=| style=", page);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        using var first = await _http.GetAsync(new Uri(_server.Address));
        using var request = new HttpRequestMessage(HttpMethod.Get, _server.Address);
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _http.SendAsync(request);
        Assert.Equal((HttpStatusCode.NotModified, 0), (second.StatusCode, (await second.Content.ReadAsByteArrayAsync()).Length));
        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{_server.Address}/page/app.js"));
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (head.StatusCode, head.Content.Headers.ContentType!.MediaType));
    }

    [Theory]
    [InlineData("/page/")]
    [InlineData("/page/index.html")]
    [InlineData("/page/../status")]
    [InlineData("/page/nowhere.js")]
    public async Task Nothing_else_is_there(string path)
    {
        using var answer = await _http.GetAsync(new Uri(_server.Address + path));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [GeneratedRegex("""(?:(?:href|src)="|from '\./)([^"'#]+)["']""")]
    private static partial Regex Reference();
}
