using System.Collections.Concurrent;
using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Parameters;
using ActorRlhf.Model.Networks;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Host.Tests.Parameters;

/// <summary>A node's parameters with a real server of them, and a network of so many values.</summary>
internal sealed class RunNode : IAsyncDisposable
{
    public const string Run = "run-1";

    private static readonly FetchLimits _patient = new()
    {
        Backoff = TimeSpan.FromMilliseconds(1), Retry = TimeSpan.FromMilliseconds(1), Slow = TimeSpan.FromMinutes(1), Stall = TimeSpan.FromMinutes(1),
    };

    private readonly ParameterNode _served;
    private readonly HttpClient _http = new();
    private readonly int _values;

    private RunNode(ParameterNode served, Action<ParametersAvailable>? announce, int values, FetchLimits? limits)
    {
        _served = served;
        _values = values;
        Parameters = new NodeParameters(
            served.Store, Run, _http, served.Address, ParameterFormat.Float32, announce ?? Announced.Enqueue, Notes.Enqueue, limits ?? _patient);
    }

    public NodeParameters Parameters { get; }

    public ConcurrentQueue<ParametersAvailable> Announced { get; } = [];

    public ConcurrentQueue<string> Notes { get; } = [];

    public string Address => _served.Address;

    public ParameterStore Store => _served.Store;

    /// <summary>Starts one.</summary>
    /// <param name="tamper">Comes before the server's answers.</param>
    /// <param name="announce">Gets what is published; <see cref="Announced"/> where null.</param>
    /// <param name="values">Values of the network.</param>
    /// <param name="limits">Of fetches; patient with a slow machine where null.</param>
    public static async Task<RunNode> Start(
        Func<HttpContext, RequestDelegate, Task>? tamper = null, Action<ParametersAvailable>? announce = null, int values = 1000, FetchLimits? limits = null) =>
        new(await ParameterNode.Start(tamper), announce, values, limits);

    public static ParameterBlock NewBlock(int values) => new([new TensorShape("w", [values])]);

    /// <summary>Publishes a version whose values are all its number.</summary>
    /// <returns>What was announced.</returns>
    public ParametersAvailable Publish(long version)
    {
        using var block = Filled(version);
        Parameters.Publish(version, block);
        return Announced.LastOrDefault()!;
    }

    /// <summary>Fetches a version.</summary>
    /// <returns>Which version came, once it is known to be that one.</returns>
    public async Task<long> Fetch(long version, CancellationToken cancellation = default)
    {
        using var into = NewBlock(_values);
        var came = await Parameters.Fetch(version, into, cancellation);
        Assert.False(into.Get("w").AsSpan().ContainsAnyExcept((float)came));
        return came;
    }

    public async ValueTask DisposeAsync()
    {
        Parameters.Dispose();
        _http.Dispose();
        await _served.DisposeAsync();
    }

    private ParameterBlock Filled(long version)
    {
        var block = NewBlock(_values);
        var values = new float[_values];
        Array.Fill(values, version);
        block.Set("w", values);
        return block;
    }
}
