using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Host.Tests.Parameters;

/// <summary>A store and a real server of it.</summary>
internal sealed class ParameterNode(ParameterStore store, NodeServer server) : IAsyncDisposable
{
    public const int ChunkSize = 64 << 10;

    public ParameterStore Store => store;

    public string Address => server.Address;

    /// <summary>Starts one, whose answers may be tampered with.</summary>
    public static async Task<ParameterNode> Start(Func<HttpContext, RequestDelegate, Task>? tamper = null)
    {
        var store = new ParameterStore();
        return new ParameterNode(store, await NodeServer.StartAsync(ClusterNetwork.Open(new()), application =>
        {
            if (tamper is not null) application.Use(tamper);
            application.MapParameters(store);
        }));
    }

    /// <summary>Random bytes of a seed.</summary>
    public static byte[] Content(int bytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return content;
    }

    /// <summary>Publishes bytes as float32 values, in small chunks.</summary>
    public ParameterManifest Publish(byte[] content, long version = 1) => store.Publish(
        "run-1", version, ParameterFormat.Float32, content.Length / 4, layout: 0, (first, bytes) => content.AsSpan((int)first * 4, bytes.Length).CopyTo(bytes), ChunkSize);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        store.Dispose();
    }
}
