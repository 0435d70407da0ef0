using System.Net;
using ActorRlhf.Host.Parameters;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Parameters;

/// <summary>Which versions a node keeps, and how it serves them.</summary>
public sealed class ParameterStoreTests
{
    private static readonly byte[] _content = ParameterNode.Content(3 * ParameterNode.ChunkSize);

    [Fact]
    public async Task The_last_two_versions_are_kept_and_an_older_one_only_for_who_reads_it()
    {
        await using var node = await ParameterNode.Start();
        node.Publish(_content, version: 1);
        using var read = node.Store.Hold(1)!;
        node.Publish(ParameterNode.Content(_content.Length, seed: 2), version: 2);
        node.Publish(ParameterNode.Content(_content.Length, seed: 3), version: 3);
        node.Publish(ParameterNode.Content(_content.Length, seed: 4), version: 4);
        Assert.Equal([3, 4], node.Store.Versions);
        Assert.Null(node.Store.Hold(1));
        Assert.Equal(_content[..ParameterNode.ChunkSize], read.Chunk(0).ToArray());
    }

    [Fact]
    public async Task A_version_older_than_what_is_here_is_not_begun()
    {
        await using var learner = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        var manifest = learner.Publish(_content, version: 1);
        node.Publish(_content, version: 2);
        node.Publish(_content, version: 3);
        var error = Assert.Throws<UserErrorException>(() => node.Store.Receive(manifest));
        Assert.Contains("version 1 of run-1 is older than the 2 and 3 that are here", error.Message);
    }

    [Fact]
    public async Task A_version_published_again_takes_the_place_of_the_first()
    {
        await using var node = await ParameterNode.Start();
        node.Publish(_content, version: 1);
        var other = ParameterNode.Content(_content.Length, seed: 2);
        node.Publish(other, version: 1);
        using var copy = node.Store.Hold(1)!;
        Assert.Equal(other[..ParameterNode.ChunkSize], copy.Chunk(0).ToArray());
        Assert.Equal([1], node.Store.Versions);
    }

    [Fact]
    public async Task Who_asks_for_chunks_of_a_version_that_is_yet_to_come_hears_when_it_is_here()
    {
        var asked = new TaskCompletionSource();
        await using var node = await ParameterNode.Start((http, next) =>
        {
            asked.SetResult();
            return next(http);
        });
        using var http = new HttpClient();
        var asking = http.GetByteArrayAsync($"{node.Address}/parameters/1/chunks?beyond=0");
        await asked.Task;
        node.Publish(_content);
        Assert.Equal([0b111], await asking);
    }

    [Fact]
    public async Task Who_asks_for_chunks_of_a_version_that_cannot_come_any_more_is_told_so()
    {
        await using var node = await ParameterNode.Start();
        node.Publish(_content, version: 2);
        node.Publish(_content, version: 3);
        using var http = new HttpClient();
        using var response = await http.GetAsync($"{node.Address}/parameters/1/chunks?beyond=0");
        Assert.Equal((404, "version 1 of the parameters is not here; this node has 2 and 3"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task The_newest_version_that_is_here_in_full_is_held()
    {
        await using var learner = await ParameterNode.Start();
        await using var node = await ParameterNode.Start();
        Assert.Null(node.Store.HoldNewest());
        node.Publish(_content, version: 2);
        using var coming = node.Store.Receive(learner.Publish(_content, version: 3));
        using var newest = node.Store.HoldNewest()!;
        Assert.Equal(2, newest.Manifest.Version);
        Assert.Null(node.Store.HoldNewest(3));
    }

    [Theory, InlineData("bytes=10-19", 10, 10), InlineData("bytes=-5", 196_603, 5), InlineData("bytes=65530-65545", 65_530, 16), InlineData("bytes=196600-999999", 196_600, 8)]
    public async Task A_range_of_bytes_is_served(string range, int start, int length)
    {
        await using var node = await ParameterNode.Start();
        node.Publish(_content);
        using var response = await Get(node, range);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {start}-{start + length - 1}/{_content.Length}", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(_content[start..(start + length)], await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Without_a_range_all_is_served_with_the_total_hash_as_its_tag()
    {
        await using var node = await ParameterNode.Start();
        var manifest = node.Publish(_content);
        using var response = await Get(node, null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"\"{Convert.ToHexStringLower(manifest.Total.Span)}\"", response.Headers.ETag!.ToString());
        Assert.Equal(_content, await response.Content.ReadAsByteArrayAsync());
    }

    [Theory, InlineData("bytes=196608-196610"), InlineData("bytes=0-1,5-6"), InlineData("chunks=0-1"), InlineData("bytes=-0")]
    public async Task A_range_that_is_none_is_an_error_that_says_how_many_bytes_there_are(string range)
    {
        await using var node = await ParameterNode.Start();
        node.Publish(_content);
        using var response = await Get(node, range);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Contains("none of version 1's 196608 bytes", await response.Content.ReadAsStringAsync());
    }

    private static async Task<HttpResponseMessage> Get(ParameterNode node, string? range)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{node.Address}/parameters/1");
        if (range is not null) request.Headers.TryAddWithoutValidation("Range", range);
        return await http.SendAsync(request);
    }
}
