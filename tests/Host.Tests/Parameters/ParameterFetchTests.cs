using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Parameters;
using ActorRlhf.Model;
using ActorRlhf.Model.Networks;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Host.Tests.Parameters;

/// <summary>Parameters between real servers.</summary>
public sealed class ParameterFetchTests : IDisposable
{
    private const int Chunks = 40;
    private static readonly byte[] _content = ParameterNode.Content(Chunks * ParameterNode.ChunkSize - 1000);
    private static readonly FetchLimits _patient = new() { Backoff = TimeSpan.FromMilliseconds(1), Slow = TimeSpan.FromMinutes(1), Stall = TimeSpan.FromMinutes(1) };

    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task What_is_fetched_is_what_was_published()
    {
        await using var learner = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        using var copy = node.Store.Receive(learner.Publish(_content));
        var report = await ParameterFetch.RunAsync(_http, copy, [learner.Address], node.Address, _patient);
        Assert.Equal(_content, Bytes(copy));
        Assert.Equal((Chunks, 0), (report.Chunks[learner.Address], report.Dropped.Count));
        Assert.Equal(_content.Length, learner.Store.Uploaded);
    }

    [Fact]
    public async Task A_fetch_whose_connection_is_cut_goes_on_after_the_last_good_chunk()
    {
        var isCut = true;
        await using var learner = await ParameterNode.Start((http, next) =>
        {
            var isSecondHalf = http.Request.GetTypedHeaders().Range!.Ranges.Single().From >= Chunks / 2 * ParameterNode.ChunkSize;
            if (isCut && isSecondHalf)
                http.Response.Body = new AlteredBody(http.Response.Body, (piece, _) => { http.Abort(); return piece[..100]; });
            return next(http);
        });
        await using var node = await ParameterNode.Start();
        var manifest = learner.Publish(_content);
        var before = 0;
        using (var copy = node.Store.Receive(manifest))
        {
            // In the order of the chunks: this node is the only one on the list.
            var error = await Assert.ThrowsAsync<UserErrorException>(() => ParameterFetch.RunAsync(_http, copy, [learner.Address, node.Address], node.Address, _patient));
            Assert.Contains($"version 1 of run-1 cannot be fetched, no source is left with {Chunks / 2} of {Chunks} chunks here: {learner.Address} ", error.Message);
            before = copy.Held.Count;
        }

        Assert.Equal(Chunks / 2, before);
        isCut = false;
        using var again = node.Store.Receive(manifest);
        var report = await ParameterFetch.RunAsync(_http, again, [learner.Address, node.Address], node.Address, _patient);
        Assert.Equal(Chunks - before, report.Chunks[learner.Address]);
        Assert.Equal(_content, Bytes(again));
    }

    [Fact]
    public async Task A_connection_that_is_cut_now_and_then_only_costs_its_chunk()
    {
        var requests = 0;
        await using var learner = await ParameterNode.Start((http, next) =>
        {
            if (Interlocked.Increment(ref requests) % 5 == 0)
                http.Response.Body = new AlteredBody(http.Response.Body, (piece, _) => { http.Abort(); return piece[..100]; });
            return next(http);
        });
        await using var node = await ParameterNode.Start();
        using var copy = node.Store.Receive(learner.Publish(_content));
        var report = await ParameterFetch.RunAsync(_http, copy, [learner.Address], node.Address, _patient);
        Assert.Equal(_content, Bytes(copy));
        Assert.Equal(Chunks, report.Chunks[learner.Address]);
        Assert.InRange(requests, Chunks + 1, 2 * Chunks);
    }

    [Fact]
    public async Task A_wrong_chunk_is_refused_its_sender_named_and_the_chunk_fetched_elsewhere()
    {
        var lied = new TaskCompletionSource();
        await using var learner = await ParameterNode.Start(async (http, next) =>
        {
            await lied.Task; // so that the other one is heard
            await next(http);
        });
        await using var liar = await ParameterNode.Start((http, next) =>
        {
            if (http.Request.Headers.Range.Count > 0)
            {
                lied.TrySetResult();
                http.Response.Body = new AlteredBody(http.Response.Body, (piece, start) =>
                {
                    byte[] broken = [.. piece.Span];
                    broken[^1] ^= (byte)(start == 0 ? 1 : 0);
                    return broken;
                });
            }

            return next(http);
        });
        await using var node = await ParameterNode.Start();
        var manifest = learner.Publish(_content);
        liar.Publish(_content);
        using var copy = node.Store.Receive(manifest);
        var report = await ParameterFetch.RunAsync(_http, copy, [learner.Address, liar.Address], node.Address, _patient);
        Assert.Equal(_content, Bytes(copy));
        Assert.Matches("^sent a wrong chunk [0-9]+$", report.Dropped[liar.Address]);
        Assert.Equal((0, Chunks), (report.Chunks[liar.Address], report.Chunks[learner.Address]));
    }

    [Fact]
    public async Task A_source_that_hangs_is_passed_over()
    {
        await using var hung = await ParameterNode.Start((http, next) => http.Request.Headers.Range.Count > 0 ? Task.Delay(Timeout.Infinite, http.RequestAborted) : next(http));
        await using var learner = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        var manifest = learner.Publish(_content);
        hung.Publish(_content);
        using var copy = node.Store.Receive(manifest);
        var limits = _patient with { Slow = TimeSpan.FromMilliseconds(50) };
        var report = await ParameterFetch.RunAsync(_http, copy, [learner.Address, hung.Address], node.Address, limits);
        Assert.Equal(_content, Bytes(copy));
        Assert.Equal(Chunks, report.Chunks[learner.Address]);
    }

    [Fact]
    public async Task A_learner_that_is_gone_is_done_without_when_a_peer_has_all()
    {
        var learner = await ParameterNode.Start();
        await using var peer = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        var manifest = learner.Publish(_content);
        using (var first = peer.Store.Receive(manifest)) await ParameterFetch.RunAsync(_http, first, [learner.Address], peer.Address, _patient);
        await learner.DisposeAsync();
        using var copy = node.Store.Receive(manifest);
        var report = await ParameterFetch.RunAsync(_http, copy, [learner.Address, peer.Address], node.Address, _patient);
        Assert.Equal(_content, Bytes(copy));
        Assert.Equal(Chunks, report.Chunks[peer.Address]);
    }

    [Fact]
    public async Task A_node_serves_a_chunk_while_the_rest_of_the_version_is_still_on_its_way()
    {
        var release = new TaskCompletionSource();
        await using var learner = await ParameterNode.Start(async (http, next) =>
        {
            if (http.Request.GetTypedHeaders().Range!.Ranges.Single().From > 0) await release.Task;
            await next(http);
        });
        await using var node = await ParameterNode.Start();
        using var copy = node.Store.Receive(learner.Publish(_content));
        var fetching = ParameterFetch.RunAsync(_http, copy, [learner.Address, node.Address], node.Address, _patient);
        await copy.WaitBeyond(0, TimeSpan.FromMinutes(5), CancellationToken.None);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{node.Address}/parameters/1");
        request.Headers.Range = new(0, ParameterNode.ChunkSize - 1);
        using var response = await _http.SendAsync(request);
        Assert.Equal(_content[..ParameterNode.ChunkSize], await response.Content.ReadAsByteArrayAsync());
        var missing = await _http.GetAsync($"{node.Address}/parameters/1");
        Assert.Equal((404, "chunk 1 of version 1 is not here yet"), ((int)missing.StatusCode, await missing.Content.ReadAsStringAsync()));
        release.SetResult();
        await fetching;
        Assert.Equal(_content, Bytes(copy));
    }

    [Fact]
    public async Task Four_nodes_cost_the_learner_less_than_two_uploads()
    {
        await using var learner = await ParameterNode.Start();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ParameterNode.Start()));
        var content = ParameterNode.Content(200 * ParameterNode.ChunkSize);
        var manifest = learner.Publish(content);
        string[] sources = [learner.Address, .. nodes.Select(node => node.Address)];
        await Task.WhenAll(nodes.Select(node => Task.Run(async () =>
        {
            using var copy = node.Store.Receive(manifest);
            await ParameterFetch.RunAsync(_http, copy, sources, node.Address, _patient);
            Assert.Equal(content, Bytes(copy));
        })));
        Assert.InRange(learner.Store.Uploaded, content.Length, 2 * content.Length);
        Assert.Equal(4 * content.Length, learner.Store.Uploaded + nodes.Sum(node => node.Store.Uploaded));
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task A_version_that_nobody_has_is_an_error_that_says_what_there_is()
    {
        await using var learner = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        var manifest = learner.Publish(_content, version: 1);
        learner.Publish(_content, version: 2);
        learner.Publish(_content, version: 3);
        using var copy = node.Store.Receive(manifest);
        var error = await Assert.ThrowsAsync<UserErrorException>(() => ParameterFetch.RunAsync(_http, copy, [learner.Address], node.Address, _patient));
        Assert.Contains($"version 1 of run-1 cannot be fetched, no source is left with 0 of {Chunks} chunks here", error.Message);
        Assert.Contains($"{learner.Address} answered 404: version 1 of the parameters is not here; this node has 2 and 3", error.Message);
    }

    [Fact]
    public async Task Other_bytes_under_the_same_number_are_not_taken_for_ours()
    {
        await using var learner = await ParameterNode.Start();
        await using var other = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        var manifest = learner.Publish(_content);
        other.Publish(ParameterNode.Content(_content.Length, seed: 2));
        using var copy = node.Store.Receive(manifest);
        var error = await Assert.ThrowsAsync<UserErrorException>(() => ParameterFetch.RunAsync(_http, copy, [other.Address], node.Address, _patient));
        Assert.Contains("answered 412: version 1 of the parameters is another one here (of run run-1,", error.Message);
    }

    [Theory]
    [InlineData(ParameterFormat.Float32, new[] { 1f, -2.5f, 0.1f, 3.14159265f, 1e-20f, 65537f })]
    // To nearest, ties to even, by hand: 0x3DCCCCCD -> 0x3DCD, 0x40490FDB -> 0x4049, 0x1E3CE508 -> 0x1E3D, 0x47800080 -> 0x4780.
    [InlineData(ParameterFormat.Bfloat16, new[] { 1f, -2.5f, 0.10009765625f, 3.140625f, 1.0005577e-20f, 65536f })]
    public async Task A_networks_parameters_arrive_in_either_format(ParameterFormat format, float[] expected)
    {
        TensorShape[] shapes = [new("a", [2, 3]), new("b", [20])];
        using var block = new ParameterBlock(shapes);
        block.Set("a", [1f, -2.5f, 0.1f, 3.14159265f, 1e-20f, 65537f]);
        block.Set("b", [.. Enumerable.Range(0, 20).Select(i => i * 0.5f)]);
        await using var learner = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        var manifest = learner.Store.Publish("run-1", 7, format, block);
        block.Set("a", new float[6]); // training goes on
        using var copy = node.Store.Receive(ParameterManifest.Read(manifest.Announcement([learner.Address])));
        await ParameterFetch.RunAsync(_http, copy, [learner.Address], node.Address, _patient);
        using var back = new ParameterBlock(shapes);
        copy.Load(back);
        Assert.Equal(expected, back.Get("a"));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i * 0.5f), back.Get("b"));
        Assert.Equal(back.Values.numel() * (format == ParameterFormat.Bfloat16 ? 2 : 4), learner.Store.Uploaded);
    }

    private static byte[] Bytes(ParameterCopy copy) => [.. Enumerable.Range(0, copy.Manifest.Chunks).SelectMany(chunk => copy.Chunk(chunk).ToArray())];
}
