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
    private readonly ConcurrentQueue<string> _asked;

    private ToyNode(NodeServer server, ConcurrentQueue<(string Path, string Query, string Who)> acts, ConcurrentQueue<string> asked) =>
        (_server, Acts, _asked) = (server, acts, asked);

    public string Address => _server.Address;

    /// <summary>What was to be done, with what, and who said so.</summary>
    public ConcurrentQueue<(string Path, string Query, string Who)> Acts { get; }

    /// <summary>Starts one.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="map">More endpoints.</param>
    /// <param name="network">How it is on the network.</param>
    /// <param name="act">Answers what is to be done.</param>
    /// <param name="status">Says how it sees the run.</param>
    public static async Task<ToyNode> Start(
        string name = "node", Action<WebApplication>? map = null, NetworkSettings? network = null, Func<HttpContext, IResult>? act = null, Func<NodeStatus>? status = null)
    {
        var acts = new ConcurrentQueue<(string, string, string)>();
        var asked = new ConcurrentQueue<string>();
        var server = await NodeServer.StartAsync(ClusterNetwork.Open(network ?? new NetworkSettings()), application =>
        {
            application.Use((http, next) =>
            {
                // When the answer begins, whoever answers is at it.
                http.Response.OnStarting(() =>
                {
                    asked.Enqueue(http.Request.Path);
                    return Task.CompletedTask;
                });
                return next(http);
            });
            status ??= () => new NodeStatus { Name = name, Roles = ["learner"], Run = "run", Members = ["a"] };
            application.MapGet("/status", () => Results.Text(status().ToJson(), "application/json"));
            application.MapPost("/api/{act}", (HttpContext http) =>
            {
                acts.Enqueue((http.Request.Path, Uri.UnescapeDataString(http.Request.QueryString.Value ?? ""), http.Request.Headers[OperatorClient.OperatorHeader].ToString()));
                return act?.Invoke(http) ?? Results.Json(new { done = "it is done" });
            });
            map?.Invoke(application);
        });
        return new ToyNode(server, acts, asked);
    }

    /// <summary>An address at which nobody listens.</summary>
    public static string Nobody()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    /// <summary>Waits until it has begun to answer so many questions.</summary>
    public async Task Until(string path, int times)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_asked.Count(each => each == path) < times) await Task.Delay(1, patience.Token);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
