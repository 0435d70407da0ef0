using System.Collections.Concurrent;
using System.Net.Sockets;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Host.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Cli.Tests.Operator;

/// <summary>A node's HTTP server as operators know it, with endpoints that a test gives; it keeps every request that changes something.</summary>
internal sealed class ToyNode : IAsyncDisposable
{
    private readonly NodeServer _server;

    private ToyNode(NodeServer server, ConcurrentQueue<(string Path, string Query, string Who)> acts) => (_server, Acts) = (server, acts);

    public string Address => _server.Address;

    /// <summary>What was to be done, with what, and who said so.</summary>
    public ConcurrentQueue<(string Path, string Query, string Who)> Acts { get; }

    /// <summary>Starts one.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="map">More endpoints.</param>
    /// <param name="network">How it is on the network.</param>
    /// <param name="act">Answers what is to be done.</param>
    public static async Task<ToyNode> Start(
        string name = "node", Action<WebApplication>? map = null, NetworkSettings? network = null, Func<HttpContext, IResult>? act = null)
    {
        var acts = new ConcurrentQueue<(string, string, string)>();
        var server = await NodeServer.StartAsync(ClusterNetwork.Open(network ?? new NetworkSettings()), application =>
        {
            var status = new NodeStatus { Name = name, Roles = ["learner"], Run = "run", Members = ["a"] };
            application.MapGet("/status", () => Results.Text(status.ToJson(), "application/json"));
            application.MapPost("/api/{act}", (HttpContext http) =>
            {
                acts.Enqueue((http.Request.Path, Uri.UnescapeDataString(http.Request.QueryString.Value ?? ""), http.Request.Headers[OperatorClient.OperatorHeader].ToString()));
                return act?.Invoke(http) ?? Results.Json(new { done = "it is done" });
            });
            map?.Invoke(application);
        });
        return new ToyNode(server, acts);
    }

    /// <summary>An address at which nobody listens.</summary>
    public static string Nobody()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
