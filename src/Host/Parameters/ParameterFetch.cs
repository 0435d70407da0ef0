using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ActorRlhf.Actors.Parameters;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Parameters;

/// <summary>
/// Fetches a version from everybody who has some of it, each chunk into the memory where it stays, and checks its hash before it counts. What is there already is not
/// fetched again, so a fetch that broke off goes on where it was.
/// </summary>
public sealed class ParameterFetch
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50); // how often time alone (a back-off, a slow chunk) is looked at

    private readonly HttpClient _http;
    private readonly ParameterCopy _copy;
    private readonly FetchLimits _limits;
    private readonly FetchPlan _plan;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<int, CancellationTokenSource> _underWay = [];
    private readonly EntityTagHeaderValue _tag;
    private readonly string _path;

    private ParameterFetch(HttpClient http, ParameterCopy copy, IReadOnlyList<string> sources, string? self, FetchLimits limits)
    {
        (_http, _copy, _limits) = (http, copy, limits);
        _plan = copy.Read(held => new FetchPlan(held, sources, self, limits, TimeSpan.Zero));
        _tag = EntityTagHeaderValue.Parse(ParameterEndpoint.Tag(copy.Manifest).ToString());
        _path = string.Create(CultureInfo.InvariantCulture, $"/parameters/{copy.Manifest.Version}");
    }

    /// <summary>Fetches what is missing of a version.</summary>
    /// <param name="http">Makes the requests; it knows the cluster's token and certificates.</param>
    /// <param name="copy">Where the chunks go, of <see cref="ParameterStore.Receive"/>. One fetch at a time may fill it.</param>
    /// <param name="sources">HTTP addresses as announced: the publisher's, then peers'.</param>
    /// <param name="self">Where this node serves, as it is among the sources; null where it does not.</param>
    /// <param name="limits">When to stop asking a source, and when to give up.</param>
    /// <param name="stop">Ends it; what has come so far stays.</param>
    /// <returns>What came from whom, and who was refused.</returns>
    /// <exception cref="UserErrorException">It cannot be had: says of each source why. What has come so far stays.</exception>
    public static async Task<FetchReport> RunAsync(
        HttpClient http, ParameterCopy copy, IReadOnlyList<string> sources, string? self = null, FetchLimits? limits = null, CancellationToken stop = default)
    {
        limits ??= new FetchLimits();
        var fetch = new ParameterFetch(http, copy, sources, self, limits);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var work = fetch._plan.Sources.SelectMany(source => Enumerable.Range(0, limits.RequestsPerSource).Select(number => fetch.Take(source, number == 0, end))).ToList();
        await Task.WhenAll(work).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        var report = copy.Read(_ => new FetchReport(
            fetch._clock.Elapsed,
            fetch._plan.Sources.ToDictionary(source => source.Address, source => source.Chunks),
            fetch._plan.Sources.Where(source => source.Dropped is not null).ToDictionary(source => source.Address, source => source.Dropped!)));
        if (copy.IsComplete) return report;

        var (count, why) = copy.Read(held => (held.Count, fetch._plan.Hopeless(fetch._clock.Elapsed)));
        var causes = report.Dropped.Count == 0 ? "" : ": " + string.Join("; ", report.Dropped.Select(source => $"{source.Key} {source.Value}"));
        throw new UserErrorException(FormattableString.Invariant(
            $"version {copy.Manifest.Version} of {copy.Manifest.Run} cannot be fetched, {why} with {count} of {copy.Manifest.Chunks} chunks here{causes}. ")
            + "See that the learner's node runs and can be reached");
    }

    private static Uri Address(FetchSource source, string path) => new(source.Address.TrimEnd('/') + path);

    // One of a source's requests after the other, until there is nothing more to want.
    private async Task Take(FetchSource source, bool asks, CancellationTokenSource end)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                var more = _copy.More;
                var (chunk, slow, isOver, isUsable, offered) = _copy.Read(held => Decide(source));
                if (isOver) await end.CancelAsync().ConfigureAwait(false);
                else if (chunk is { } next) await Fetch(source, next, end.Token).ConfigureAwait(false);
                else if (slow is { } late) await late.CancelAsync().ConfigureAwait(false);
                else if (asks && isUsable && !source.IsPublisher) await Ask(source, offered, end.Token).ConfigureAwait(false);
                else await Task.WhenAny(more, Task.Delay(Tick, end.Token)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
        catch
        {
            await end.CancelAsync().ConfigureAwait(false); // the others would go on without it
            throw;
        }
    }

    private (int? Chunk, CancellationTokenSource? Slow, bool IsOver, bool IsUsable, int Offered) Decide(FetchSource source)
    {
        var now = _clock.Elapsed;
        if (_plan.IsComplete || _plan.Hopeless(now) is not null) return (null, null, true, false, 0);
        if (_plan.Next(source.Address, now) is { } next)
        {
            _underWay.Add(next, new CancellationTokenSource());
            return (next, null, false, true, 0);
        }

        var slow = _plan.Slow(source.Address, now) is { } late && !_underWay[late].IsCancellationRequested ? _underWay[late] : null;
        return (null, slow, false, _plan.IsUsable(source.Address, now), _plan.Offered(source.Address));
    }

    private async Task Fetch(FetchSource source, int chunk, CancellationToken end)
    {
        var slow = _underWay[chunk];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, end);
        string? failure = null;
        string? refusal = null;
        ChunkMap? offers = null;
        try
        {
            offers = await Download(source, chunk, stop).ConfigureAwait(false);
            if (!_copy.Manifest.IsChunk(chunk, _copy.Space(chunk).Span)) refusal = $"sent a wrong chunk {chunk}";
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            failure = FormattableString.Invariant($"sent nothing for {_limits.Stall.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.PreconditionFailed || (source.IsPublisher && e.StatusCode == HttpStatusCode.NotFound))
        {
            refusal = e.Message; // it will not have the version again
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            failure = e.Message;
        }

        _copy.Read(_ =>
        {
            var now = _clock.Elapsed;
            if (offers is not null) _plan.Offers(source.Address, offers);
            if (refusal is not null) _plan.Refused(chunk, now, refusal);
            else if (failure is null) _plan.Received(chunk, now);
            else if (slow.IsCancellationRequested) _plan.Slowed(chunk, now);
            else _plan.Failed(chunk, now, failure);
            _underWay.Remove(chunk);
            return true;
        });
        _copy.Announce();
    }

    private async Task<ChunkMap?> Download(FetchSource source, int chunk, CancellationTokenSource stop)
    {
        var manifest = _copy.Manifest;
        var (offset, length) = (manifest.Offset(chunk), manifest.Length(chunk));
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(source, _path));
        request.Headers.IfMatch.Add(_tag);
        request.Headers.Range = new RangeHeaderValue(offset, offset + length - 1);
        stop.CancelAfter(_limits.Stall);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
        await RequireSuccess(source, response, stop.Token).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentLength != length)
            throw new HttpRequestException($"answered {(int)response.StatusCode} with {response.Content.Headers.ContentLength} bytes where {length} were asked for");

        await using var body = await response.Content.ReadAsStreamAsync(stop.Token).ConfigureAwait(false);
        var space = _copy.Space(chunk);
        while (space.Length > 0)
        {
            stop.CancelAfter(_limits.Stall);
            var read = await body.ReadAsync(space, stop.Token).ConfigureAwait(false);
            if (read == 0) throw new IOException($"ended {space.Length} bytes before the end of chunk {chunk}");
            space = space[read..];
        }

        return !source.IsPublisher && response.Headers.TryGetValues(ParameterEndpoint.ChunksHeader, out var values) ? ParseMap(values.First()) : null;
    }

    private ChunkMap? ParseMap(string base64)
    {
        var bits = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bits, out var length) ? ChunkMap.TryParse(_copy.Manifest.Chunks, bits.AsSpan(0, length)) : null;
    }

    private async Task Ask(FetchSource source, int offered, CancellationToken end)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end);
        string? failure = null;
        var isUnknown = false;
        ChunkMap? offers = null;
        try
        {
            stop.CancelAfter(_limits.Stall + ParameterEndpoint.LongestWait);
            using var request = new HttpRequestMessage(HttpMethod.Get, Address(source, string.Create(CultureInfo.InvariantCulture, $"{_path}/chunks?beyond={offered}")));
            request.Headers.IfMatch.Add(_tag);
            using var response = await _http.SendAsync(request, stop.Token).ConfigureAwait(false);
            await RequireSuccess(source, response, stop.Token).ConfigureAwait(false);
            offers = ChunkMap.TryParse(_copy.Manifest.Chunks, await response.Content.ReadAsByteArrayAsync(stop.Token).ConfigureAwait(false));
            failure = offers is null ? "sent no map of its chunks" : null;
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            failure = "did not say in time what it has";
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            isUnknown = true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            failure = e.Message;
        }

        _copy.Read(_ =>
        {
            if (offers is not null) _plan.Offers(source.Address, offers);
            else if (isUnknown) _plan.NotYet(source.Address, _clock.Elapsed);
            else _plan.Failed(source.Address, _clock.Elapsed, failure!);
            return true;
        });
        if (offers is not null) _copy.Announce(); // the source's other requests may have something to do now
    }

    private static async Task RequireSuccess(FetchSource source, HttpResponseMessage response, CancellationToken stop)
    {
        if (response.IsSuccessStatusCode) return;
        var said = await response.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        throw new HttpRequestException($"answered {(int)response.StatusCode}: {(said.Length > 300 ? said[..300] : said)}", null, response.StatusCode);
    }
}
