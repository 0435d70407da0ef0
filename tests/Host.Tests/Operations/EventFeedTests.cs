using System.Globalization;
using System.Net;
using System.Text;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>One source that counts how often it is read; tests say what it reads.</summary>
public sealed class EventFeedTests : IAsyncLifetime
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private EventFeed _feed = null!;
    private NodeServer _server = null!;
    private Func<int, string?> _read = count => string.Create(CultureInfo.InvariantCulture, $"{count}");
    private int _reads;

    public async Task InitializeAsync()
    {
        EventSource[] sources =
        [
            EventSource.Of("count", () =>
            {
                var text = _read(Interlocked.Increment(ref _reads));
                return Task.FromResult(text is null ? null : Encoding.UTF8.GetBytes(text));
            }),
            EventSource.Of("constant", () => Task.FromResult<byte[]?>("[1,2]"u8.ToArray())),
        ];
        _feed = new EventFeed(sources, NullLogger.Instance) { Period = Period, MostListeners = 2, Silence = TimeSpan.FromMilliseconds(200), BytesPerPeriod = 1_000 };
        _server = await NodeServer.StartAsync(ClusterNetwork.Open(new()), _feed.Map);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task A_listener_is_told_what_changes_and_once_what_does_not()
    {
        using var listener = await Listen();
        var events = await Read(listener, 6);
        Assert.Equal("[1,2]", Assert.Single(events, item => item.Name == "constant").Data);
        var counts = events.Where(item => item.Name == "count").Select(item => int.Parse(item.Data, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(5, counts.Count);
        Assert.Equal(counts.Order().Distinct(), counts);
    }

    [Fact]
    public async Task Nothing_is_read_while_nobody_listens_and_all_listeners_share_what_is_read()
    {
        Assert.Equal(0, _reads);
        using (var one = await Listen())
        using (var two = await Listen())
        {
            await Read(one, 5);
            await Read(two, 5);
        }

        await Until(() => _feed.Listeners == 0);
        var reads = Volatile.Read(ref _reads);
        Assert.InRange(reads, 4, 2_000);
        using var later = await Listen();
        var first = (await Read(later, 2)).Single(item => item.Name == "count");
        Assert.True(int.Parse(first.Data, CultureInfo.InvariantCulture) > reads, "an old event was told");
        // One that was under way when the last listener left, and those for the new one.
        Assert.InRange(int.Parse(first.Data, CultureInfo.InvariantCulture) - reads, 1, 2);
    }

    [Fact]
    public async Task A_source_that_fails_or_has_nothing_to_tell_is_asked_again()
    {
        _read = count => count switch { 1 => throw new InvalidOperationException("broken"), < 4 => null, _ => "\"well\"" };
        using var listener = await Listen();
        Assert.Contains((await Read(listener, 2)), item => item.Data == "\"well\"");
        Assert.True(_reads >= 4);
    }

    [Fact]
    public async Task Where_nothing_changes_a_comment_keeps_the_connection_alive()
    {
        _read = _ => "0";
        using var listener = await Listen();
        using var reader = new StreamReader(await listener.Content.ReadAsStreamAsync());
        for (var comments = 0; comments < 3;)
            if ((await reader.ReadLineAsync())!.StartsWith(':')) comments++;
    }

    [Fact]
    public async Task A_listener_too_many_is_sent_away_and_one_that_leaves_makes_room()
    {
        using var one = await Listen();
        using (var two = await Listen())
        using (var three = await Listen())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, three.StatusCode);
            Assert.Contains("2 listen to this node already", await three.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await Until(() => _feed.Listeners == 1);
        using var four = await Listen();
        Assert.Equal(HttpStatusCode.OK, four.StatusCode);
    }

    [Fact]
    public async Task A_slow_reader_gets_the_newest_and_nothing_is_kept_for_it()
    {
        var filler = new string('x', 100_000); // more than the connection buffers in a few events
        _feed = new EventFeed([EventSource.Of("count", () => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes($"{Interlocked.Increment(ref _reads):D9}{filler}")))], NullLogger.Instance)
        {
            Period = TimeSpan.FromMilliseconds(1), BytesPerPeriod = 1 << 20,
        };
        await _server.DisposeAsync();
        _server = await NodeServer.StartAsync(ClusterNetwork.Open(new()), _feed.Map);
        using var listener = await Listen();
        await Until(() => _reads > 400); // 40 MB, which are nowhere
        var told = (await Read(listener, 120)).Select(item => int.Parse(item.Data[..9], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(told.Order().Distinct(), told);
        Assert.Contains(told.Zip(told.Skip(1)), pair => pair.Second - pair.First > 50); // what it did not get while it read nothing
    }

    [Fact]
    public async Task What_is_long_is_told_less_often()
    {
        _read = count => $"\"{count}{new string('x', 20_000)}\""; // twenty times what a period is for
        using var listener = await Listen();
        var started = DateTime.UtcNow;
        await Read(listener, 4);
        Assert.True(DateTime.UtcNow - started > 30 * Period, $"after {DateTime.UtcNow - started}");
    }

    [Fact]
    public async Task Events_are_packed_for_those_who_can_unpack_them()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip });
        using var listener = await http.GetAsync(new Uri($"{_server.Address}/api/events"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(5, (await Read(listener, 5)).Count);
        using var plain = await Listen();
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal("text/event-stream", plain.Content.Headers.ContentType!.MediaType);
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(5, patience.Token);
    }

    private static async Task<List<(string Name, string Data)>> Read(HttpResponseMessage listener, int count)
    {
        var reader = new StreamReader(await listener.Content.ReadAsStreamAsync());
        var events = new List<(string, string)>();
        for (var name = ""; events.Count < count;)
        {
            var line = await reader.ReadLineAsync() ?? throw new EndOfStreamException();
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) events.Add((name, line[6..]));
        }

        return events;
    }

    private Task<HttpResponseMessage> Listen() => _http.GetAsync(new Uri($"{_server.Address}/api/events"), HttpCompletionOption.ResponseHeadersRead);
}
