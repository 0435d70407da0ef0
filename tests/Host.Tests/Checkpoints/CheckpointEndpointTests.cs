using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Tests.Checkpoints;

public sealed class CheckpointEndpointTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private CheckpointNode _node = null!;

    public async Task InitializeAsync() => _node = await CheckpointNode.Start("one");

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task The_newest_complete_checkpoint_is_told_with_its_files()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await Get("/checkpoints?run=run-1")).StatusCode);
        foreach (var step in new[] { 4, 8 }) _node.Save(step);
        Directory.CreateDirectory(_node.Store.PathOf(12)); // somebody is about to write it
        using var told = JsonDocument.Parse(await (await Get("/checkpoints?run=run-1")).Content.ReadAsStringAsync());
        Assert.Equal(8, told.RootElement.GetProperty("step").GetInt64());
        Assert.Equal(
            Checkpoint.FileNames.Select(file => (file, new FileInfo(Path.Combine(_node.Store.PathOf(8), file)).Length)),
            told.RootElement.GetProperty("files").EnumerateArray().Select(file => (file.GetProperty("name").GetString()!, file.GetProperty("bytes").GetInt64())));
    }

    [Fact]
    public async Task A_file_is_sent_whole_or_from_a_byte_on()
    {
        _node.Save(4);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_node.Store.PathOf(4), "model.safetensors"));
        var whole = await Get("/checkpoints/4/model.safetensors?run=run-1");
        Assert.Equal((HttpStatusCode.OK, bytes.Length), (whole.StatusCode, (int)whole.Content.Headers.ContentLength!));
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());
        var rest = await Get("/checkpoints/4/model.safetensors?run=run-1", from: bytes.Length - 10);
        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(bytes[^10..], await rest.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/checkpoints?run=run-2", "this node has the checkpoints of run run-1, not of \"run-2\"")]
    [InlineData("/checkpoints", "this node has the checkpoints of run run-1, not of \"\"")]
    [InlineData("/checkpoints/4/model.safetensors?run=run-2", "this node has the checkpoints of run run-1, not of \"run-2\"")]
    [InlineData("/checkpoints/metrics?run=run-2", "this node has the checkpoints of run run-1, not of \"run-2\"")]
    [InlineData("/checkpoints/5/model.safetensors?run=run-1", "the checkpoint of step 5 is not here")]
    [InlineData("/checkpoints/4/latest?run=run-1", "no checkpoint has a file \"latest\"")]
    [InlineData("/checkpoints/4/..%2Flatest?run=run-1", "no checkpoint has a file \"..%2Flatest\"")]
    [InlineData("/checkpoints/4/..%2F..%2Fmetrics.jsonl?run=run-1", "no checkpoint has a file")]
    [InlineData("/checkpoints/4/%2Fetc%2Fpasswd?run=run-1", "no checkpoint has a file")]
    [InlineData("/checkpoints/-4/state.json?run=run-1", "")]
    [InlineData("/checkpoints/4%2F..%2F4/state.json?run=run-1", "")]
    [InlineData("/checkpoints/step-000004/state.json?run=run-1", "")]
    public async Task Nothing_else_is_sent(string path, string said)
    {
        _node.Save(4);
        var answer = await Get(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.StartsWith(said, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> Get(string path, long? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_node.Address + path));
        if (from is not null) request.Headers.Range = new RangeHeaderValue(from, null);
        return await _http.SendAsync(request);
    }
}
