using System.Globalization;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>A node as others see it: a real HTTP server that answers what it is, and nothing behind it.</summary>
public sealed class SimulatedNode : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _asked;

    private SimulatedNode(WebApplication application, KnownNode known) => (_application, Known) = (application, known);

    /// <summary>As the membership has it.</summary>
    public KnownNode Known { get; }

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Starts one.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="actors">How many actors it says it has.</param>
    /// <param name="misses">The nodes that it says are silent.</param>
    /// <param name="before">What it does before it answers.</param>
    public static async Task<SimulatedNode> StartAsync(int number, int actors, IReadOnlyList<string>? misses = null, Func<CancellationToken, Task>? before = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        SimulatedNode node = null!;
        NodeReport report = null!;
        application.UseRouting();
        application.MapGet(ObservationEndpoints.NodePath, async (HttpContext http) =>
        {
            Interlocked.Increment(ref node._asked);
            if (before is not null) await before(http.RequestAborted).ConfigureAwait(false);
            return Results.Json(report with { AnsweredAt = DateTimeOffset.UtcNow }, OperationsJson.Options);
        });
        await application.StartAsync().ConfigureAwait(false);
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var known = new KnownNode(Name(number), Address.Parse($"akka.tcp://rlhf@127.0.0.1:{number + 1}"), address, ["rollout"], DateTimeOffset.UnixEpoch, "up", null);
        (node, report) = (new SimulatedNode(application, known), Report(known, actors) with { Misses = misses ?? [] });
        return node;
    }

    /// <summary>A node's name.</summary>
    public static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"rollout-{number:000}");

    /// <summary>What a node may say.</summary>
    public static NodeReport Report(KnownNode known, int actors) => new()
    {
        Name = known.Name, Address = known.Http, Member = known.Member.ToString(), Roles = known.Roles, UpSince = known.Started, Status = known.Status,
        Pid = 4711, RssBytes = 123_456_789, Processors = 2, ProcessorsBusy = 1.25, Threads = 31, Version = "0.1.0+0123456789abcdef",
        Actors = [.. Enumerable.Range(0, actors).Select(Actor)],
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static ActorReport Actor(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"rollout-{number}");
        return new ActorReport
        {
            Path = $"/user/{name}", Type = "Rollout", State = ActorState.Running, Mailbox = number, MessagesPerSecond = 12.5, Restarts = 0,
            Rollout = new RolloutReport
            {
                Name = name, Device = "cpu", Slots = 64, SlotsInUse = 63.5, TokensPerSecond = 1234.5, EpisodesPerSecond = 25.5, PolicyVersion = 17, Lag = 1, Leased = 100, Generating = 64,
                Waiting = 3, Handed = 2, Generated = 12345, Dropped = 6, Busy = 0.99,
                Time = new Dictionary<string, double>
                {
                    ["starting"] = 0, ["generating"] = 0.9, ["waiting_for_parameters"] = 0.1, ["waiting_for_scorers"] = 0, ["waiting_for_episodes"] = 0,
                },
            },
        };
    }
}
