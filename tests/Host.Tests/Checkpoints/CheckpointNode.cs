using System.Collections.Concurrent;
using ActorRlhf.Host.Checkpoints;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Tests.Parameters;
using ActorRlhf.Model.Storage;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Host.Tests.Checkpoints;

/// <summary>A node's folder and a real server of its checkpoints, whose answers may be tampered with.</summary>
internal sealed class CheckpointNode : IAsyncDisposable
{
    public const string Run = "run-1";

    private readonly TemporaryFolder _folder = new();
    private NodeServer _server = null!;

    private CheckpointNode(string name)
    {
        Name = name;
        Store = new CheckpointStore(_folder.In("checkpoints"), keep: 2);
        Endpoint = new CheckpointEndpoint(Run, Store, Metrics);
    }

    public string Name { get; }

    public CheckpointStore Store { get; }

    public CheckpointEndpoint Endpoint { get; }

    public string Metrics => _folder.In("metrics.jsonl");

    public string Address => _server.Address;

    /// <summary>Comes before the answers; null where nobody tampers.</summary>
    public Func<HttpContext, RequestDelegate, Task>? Tamper { get; set; }

    /// <summary>What was asked for, in order: path and query, and the range.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>As the membership knows it.</summary>
    public KnownNode Known => new(Name, Akka.Actor.Address.Parse("akka.tcp://rlhf@127.0.0.1:1"), Address, ["learner"], default, "up", null);

    public static async Task<CheckpointNode> Start(string name)
    {
        var node = new CheckpointNode(name);
        node._server = await NodeServer.StartAsync(ClusterNetwork.Open(new()), application =>
        {
            application.Use((HttpContext http, RequestDelegate next) =>
            {
                node.Asked.Enqueue($"{http.Request.Path}{http.Request.QueryString} {http.Request.Headers.Range}".TrimEnd());
                return node.Tamper?.Invoke(http, next) ?? next(http);
            });
            node.Endpoint.Map(application);
        });
        return node;
    }

    /// <summary>Saves a checkpoint of 100,000 weights that are all its step, and adds the metrics up to it.</summary>
    public void Save(long step)
    {
        var weights = new float[100_000];
        Array.Fill(weights, step);
        Store.Save(
            new CheckpointState { Step = step },
            new CheckpointContent { Networks = new Dictionary<string, INamedTensors> { ["policy"] = new ArrayTensors().Add("w", weights, weights.Length) } });
        using var log = MetricsLog.Open(Metrics);
        for (var update = MetricsLog.Read(Metrics).Count() + 1; update <= step; update++) log.Append(update, "ppo", [new("objective/kl", update == 3 ? double.NaN : update)]);
    }

    /// <summary>A follower for it, which has not begun.</summary>
    public CheckpointFollower Follower(HttpClient http, Func<(KnownNode Node, long Version)?> learner, TroubleLog log, params CheckpointNode[] others) =>
        new(Name, Run, Store, Metrics, http, learner, () => [Known, .. others.Select(other => other.Known)], log.CreateLogger(""));

    /// <summary>The bytes of a checkpoint's files, one after the other.</summary>
    public byte[] Bytes(long step) => [.. Checkpoint.FileNames.SelectMany(file => File.ReadAllBytes(Path.Combine(Store.PathOf(step), file)))];

    /// <summary>Does something to the pieces of the answers to a file's requests.</summary>
    public void Alter(string file, Func<ReadOnlyMemory<byte>, long, ReadOnlyMemory<byte>> alter) => Tamper = (http, next) =>
    {
        if (http.Request.Path.Value!.EndsWith(file, StringComparison.Ordinal)) http.Response.Body = new AlteredBody(http.Response.Body, alter);
        return next(http);
    };

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
