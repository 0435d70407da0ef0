using System.Diagnostics;
using ActorRlhf.Actors;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Host.Checkpoints;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Parameters;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Storage;
using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Pattern;
using Akka.Persistence.Sql.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// One process of a run: a member of the cluster with the actors of its roles, and the HTTP server of its control port. Any node may be killed at any moment; one that is
/// disposed finishes or hands back what it has begun and leaves.
/// </summary>
public sealed class Node : IAsyncDisposable
{
    /// <summary>The actor system's name, the same on all nodes.</summary>
    public const string SystemName = "rlhf";

    private const string DrainTask = "drain";
    private const string LearnerName = "learner";
    private const string RolloutName = "rollout";
    private const string ScorerName = "scorer";
    private const string ParametersName = "parameters";
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PeerPeriod = TimeSpan.FromSeconds(1);

    private readonly NodeOptions _options;
    private readonly INodeWork _work;
    private readonly Action<string> _note;
    private readonly ParameterStore _store = new();
    private readonly TroubleLog _troubles = new();
    private readonly TaskCompletionSource<NodeOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(IActorRef Actor, object Stop)> _workers = [];
    private ILoggerFactory? _loggers;
    private ClusterNetwork? _network;
    private HttpClient? _http;
    private NodeServer? _server;
    private NodeParameters? _parameters;
    private CheckpointEndpoint? _checkpoints;
    private CheckpointFollower? _follower;
    private IHost? _host;
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private volatile Heard? _heard;
    private volatile IActorRef? _learner;
    private volatile IActorRef? _watch;
    private volatile Observation? _observation;

    private Node(NodeOptions options, INodeWork work, Action<string> note) => (_options, _work, _note) = (options, work, note);

    /// <summary>Its name.</summary>
    public string Name => _options.Name;

    /// <summary>Where its control port is.</summary>
    public string Address => _server!.Address;

    /// <summary>Its address in the cluster.</summary>
    public string Member => Cluster.Get(System).SelfAddress.ToString();

    /// <summary>Who is in the cluster, and was lately.</summary>
    public NodeDirectory Directory { get; } = new(TimeProvider.System);

    /// <summary>The learner's last word; null before the first.</summary>
    public LearnerStatus? Learner => _heard?.Status;

    /// <summary>The member that the learner was last heard of from; null before.</summary>
    public KnownNode? LearnerNode => _heard is { } heard ? Directory.Find(heard.At) : null;

    /// <summary>The node's actor system.</summary>
    public ActorSystem System => _host!.Services.GetRequiredService<ActorSystem>();

    /// <summary>Done when the run is finished, cannot go on, or this node is out of it. The node runs on until it is disposed.</summary>
    public Task<NodeOutcome> Completion => _outcome.Task;

    // Whether this node leaves training to another.
    private bool HasHeir => LearnerNode?.Name == Name && Learner?.Phase != LearnerPhase.Finished
        && Directory.Nodes.Any(node => node.Name != Name && node.Status == "up" && node.Roles.Contains(NodeRoles.Learner.Name()));

    private string MetricsPath => Path.Combine(_options.Cluster.Directory, RunDirectory.MetricsFile);

    /// <summary>Why it cannot work now, in a word of <see cref="Readiness"/>; null where it can.</summary>
    public string? Obstacle => _observation is null ? Readiness.Starting : Readiness.Obstacle(
        Directory.Find(Name)?.Status, _workers.Select(worker => worker.Actor.Path.ToStringWithoutAddress()), ActorGauges.Of(System).All,
        _heard is { } heard ? Stopwatch.GetElapsedTime(heard.Since) : null);

    /// <summary>Has its rollout and scorer finish what they have begun, and begin nothing more. It stays a member.</summary>
    public ActionAnswer Drain()
    {
        if (_workers.Count == 0) return new ActionAnswer(Error: $"{Name} neither writes nor scores summaries") { Status = StatusCodes.Status409Conflict };
        _watch?.Tell(DrainWork.Instance);
        return new ActionAnswer($"{Name} finishes what it has begun and begins nothing more; it stays a member");
    }

    /// <summary>Ends <see cref="Completion"/>: whoever waits for it disposes the node, which finishes what it has begun.</summary>
    public void Leave() => _outcome.TrySetResult(new NodeOutcome(IsSentAway: true));

    /// <summary>How it sees the run.</summary>
    public NodeStatus Status() => _heard is { } heard
        ? (Seen() with { Learner = heard.At.ToString() }).With(heard.Status, Stopwatch.GetElapsedTime(heard.Since), _work.Episodes.Plan.BatchSize)
        : Seen();

    /// <summary>Starts a node.</summary>
    /// <param name="options">What it is.</param>
    /// <param name="work">What its actors do; stays the caller's.</param>
    /// <param name="logs">Where its log goes; stays the caller's.</param>
    /// <exception cref="UserErrorException">It cannot listen, cannot use the database, or is not of the cluster's run.</exception>
    public static async Task<Node> StartAsync(NodeOptions options, INodeWork work, ILoggerProvider logs)
    {
        var log = logs.CreateLogger(typeof(Node).FullName!);
        var node = new Node(options, work, line => log.LogWarning("{Line}", line));
        try
        {
            await node.Start(logs).ConfigureAwait(false);
            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Leaves the cluster: rollouts and scorers finish what they have begun, a learner writes a checkpoint, shards move on.</summary>
    public async ValueTask DisposeAsync()
    {
        _follower?.Dispose();
        var isPutOut = _outcome.Task is { IsCompletedSuccessfully: true, Result.IsPutOut: true };
        if (_host is not null)
        {
            await _host.StopAsync().ConfigureAwait(false);
            _host.Dispose();
        }

        _parameters?.Dispose();
        if (_checkpoints is not null) await _checkpoints.Settle(!isPutOut && HasHeir, _options.Cluster.DrainTime).ConfigureAwait(false);
        if (_server is not null) await _server.DisposeAsync().ConfigureAwait(false);
        _http?.Dispose();
        _store.Dispose();
        _loggers?.Dispose();
    }

    /// <summary>Waits until the run is finished, cannot go on, or this node is out of it.</summary>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<NodeOutcome> WaitAsync(CancellationToken stop)
    {
        var outcome = await _outcome.Task.WaitAsync(stop).ConfigureAwait(false);
        if (outcome is { Failure: null, IsSentAway: false } && _heard?.At.Equals(Cluster.Get(System).SelfAddress) == true) await WaitForOthers(stop).ConfigureAwait(false);
        return outcome;
    }

    // The learner tells the others that the run is finished when they ask; it goes last.
    private async Task WaitForOthers(CancellationToken stop)
    {
        var cluster = Cluster.Get(System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_options.Cluster.DrainTime);
        using var timer = new PeriodicTimer(Look);
        while (cluster.State.Members.Any(member => member.Status != MemberStatus.Removed && !member.Address.Equals(cluster.SelfAddress)))
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task Start(ILoggerProvider logs)
    {
        // Of what the server says, not five lines for every request.
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(logs).AddFilter("Microsoft.AspNetCore", LogLevel.Warning));
        _network = ClusterNetwork.Open(_options.Network);
        _http = _network.CreateClient();
        var log = new LogEndpoint(_options.Name, logs as NodeLog, Directory.Find, _http);
        _server = await NodeServer.StartAsync(_network, application => { Map(application); log.Map(application); }, _loggers).ConfigureAwait(false);
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(logs).AddProvider(_troubles);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan); // the phases have limits of their own
        builder.Services.AddAkka(SystemName, akka => Configure(akka));
        _host = builder.Build();
        _follower = _options.Checkpoints is { } store ? Follow(store) : null;
        await _host.StartAsync().ConfigureAwait(false);
        _ = EndWithSystem();
        _ = _observation?.PrepareAsync();
        _follower?.Start();
    }

    private CheckpointFollower Follow(CheckpointStore store) => new(
        _options.Name, _work.Episodes.Plan.Run, store, MetricsPath, _http!,
        () => _heard is { } heard && LearnerNode is { } node ? (node, heard.Status.CheckpointVersion) : null, () => Directory.Nodes, _host!.Services.GetRequiredService<ILogger<CheckpointFollower>>());

    private void Map(WebApplication application)
    {
        application.MapParameters(_store);
        _checkpoints = _options.Checkpoints is { } store ? new CheckpointEndpoint(_work.Episodes.Plan.Run, store, MetricsPath) : null;
        _checkpoints?.Map(application);
        var audit = new AuditLog(Database.Of(_options.Cluster), _work.Episodes.Plan.Run);
        application.MapOperator(new OperatorDesk(this, () => _learner, _http!, audit, TimeProvider.System), audit);
        application.MapObservation(() => _observation);
        var figures = new LearnerFigures(Name, MetricsPath, _work.Samples, () => LearnerNode, _http!);
        application.MapRun(this, _work, figures, () => _observation, _loggers!);
        application.MapReadiness(() => Obstacle);
        new NodeMetrics(_work.Episodes.Plan.Run, Name, _work.Episodes.Plan.Shards, Figures()).Map(application);
        application.MapGet("/status", () => Results.Text(Status().ToJson(), "application/json"));
        application.MapPost(DeathNotice.Path, (string member) =>
        {
            if (_host is not null) Cluster.Get(System).Down(Akka.Actor.Address.Parse(member));
            return Results.Accepted();
        });
    }

    private void Configure(AkkaConfigurationBuilder akka)
    {
        var database = Database.Of(_options.Cluster);
        var roles = _options.Roles;
        _network!.Configure(akka);
        akka.ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            })
            .WithCustomSerializer("actor-rlhf", ProtocolSerializer.Manifests.Keys, system => new ProtocolSerializer(system))
            .WithSqlPersistence(database.ConnectionString, database.Provider)
            .WithClustering(new ClusterOptions { Roles = [.. roles.Names(), .. ClusterEntry.Roles(_work.Fingerprint, _options.ProtocolVersion), NodeDirectory.Role(_options.Name, Address, _started)] })
            .AddHocon(Phases(), HoconAddMode.Prepend)
            .WithActors((system, _) => ClusterEntry.Enter(system, _work.Fingerprint, _options.ProtocolVersion, () => _troubles.Lines.LastOrDefault()));

        var region = new ShardOptions { Role = NodeRoles.Episodes.Name(), ShouldPassivateIdleEntities = false };
        if (roles.HasFlag(NodeRoles.Episodes))
        {
            var settings = _work.Episodes;
            akka.WithShardRegion<EpisodeShard>(
                EpisodeShard.TypeName, id => Props.Create(() => new EpisodeShard(settings, int.Parse(id), null)), EpisodeShard.Extractor, region);
        }
        else
        {
            akka.WithShardRegionProxy<EpisodeShard>(EpisodeShard.TypeName, region.Role, EpisodeShard.Extractor);
        }

        akka.WithActors((system, registry) =>
        {
            var board = roles.HasFlag(NodeRoles.Learner) ? system.ActorOf(ParameterBoard.Props(_work.Episodes.Plan.Run), ParametersName) : ActorRefs.Nobody;
            _parameters = new NodeParameters(_store, _work.Episodes.Plan.Run, _http!, Address, _options.Cluster.ParameterFormat, available => board.Tell(available), _note);
        });
        var singleton = new ClusterSingletonOptions { Role = NodeRoles.Learner.Name(), TerminationMessage = StopTraining.Instance };
        if (roles.HasFlag(NodeRoles.Learner)) akka.WithSingleton<Learner>(LearnerName, (system, registry, _) => LearnerProps(system, registry), singleton);
        else akka.WithSingletonProxy<Learner>(LearnerName, singleton);
        akka.WithActors(StartWorkers);
    }

    private string Phases()
    {
        var drain = _options.Cluster.DrainTime;
        return FormattableString.Invariant($$"""
            akka.coordinated-shutdown.phases {
              before-service-unbind.timeout = {{(2 * drain).TotalSeconds + 5}} s
              cluster-sharding-shutdown-region.timeout = {{drain.TotalSeconds}} s
              cluster-exiting.timeout = {{drain.TotalSeconds + 300}} s
            }
            """);
    }

    private Props LearnerProps(ActorSystem system, IActorRegistry registry)
    {
        var rollouts = system.ActorOf(RoleBroadcast.Props(NodeRoles.Rollout.Name(), $"/user/{RolloutName}"), "announcements");
        var shards = registry.Get<EpisodeShard>();
        var learner = Props.Create(() => new Learner(_work.Learner, MakeTrainer, shards, rollouts, null));
        return BackoffSupervisor.Props(Backoff.OnStop(learner, LearnerName, ShortestPause, LongestPause, 0.2, -1).WithFinalStopMessage(message => message is StopTraining));
    }

    // On the learner's own thread, which has nothing to do before that.
    private ITrainer MakeTrainer()
    {
        _follower?.TakeOverAsync().GetAwaiter().GetResult();
        return _work.MakeTrainer(_parameters!.Publish);
    }

    private void StartWorkers(ActorSystem system, IActorRegistry registry)
    {
        var (shards, learner) = (registry.Get<EpisodeShard>(), registry.Get<Learner>());
        if (_options.Roles.HasFlag(NodeRoles.Rollout))
        {
            var run = _work.Episodes.Plan.Run;
            var boards = system.ActorOf(RoleBroadcast.Props(NodeRoles.Learner.Name(), $"/user/{ParametersName}"), "boards");
            system.ActorOf(ParameterMember.Props(run, Address, boards, _parameters!, PeerPeriod), "parameter-member");
            var scorers = system.ActorOf(RoleBroadcast.Props(NodeRoles.Scorer.Name(), $"/user/{ScorerName}"), "scorers");
            var settings = _work.Rollout(_options.Name);
            var rollout = Props.Create(() => new Rollout(settings, () => _work.MakeGeneration(_parameters!), _work.Query, shards, scorers, null, _work.Responses));
            _workers.Add((system.ActorOf(rollout, RolloutName), DrainRollout.Instance));
        }

        if (_options.Roles.HasFlag(NodeRoles.Scorer))
        {
            var settings = _work.Scorer(_options.Name);
            var scorer = Props.Create(() => new RewardScorer(settings, _work.MakeScorer, _work.Query, shards, null));
            _workers.Add((system.ActorOf(scorer, ScorerName), DrainScorer.Instance));
        }

        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, DrainTask, Settle);
        var self = new KnownNode(_options.Name, Cluster.Get(system).SelfAddress, Address, _options.Roles.Names(), _started, "joining", null);
        _observation = new Observation(system, _work, self, _http!, registry.Get<EpisodeShard>(), learner, this, _options.Cluster, () => _troubles.Lines);
        _learner = learner;
        _watch = system.ActorOf(
            Props.Create(() => new NodeWatch(
                learner, _workers, _options.Roles, Directory, Hear, outcome => _outcome.TrySetResult(outcome))),
            "node");
    }

    // Rollouts first: a scorer of the same node may be the one that scores what they have.
    private async Task<Done> Settle()
    {
        foreach (var (actor, stop) in _workers)
        {
            if (!await actor.GracefulStop(_options.Cluster.DrainTime, stop).ConfigureAwait(false))
                _note($"{actor.Path.Name} has not settled everything in {_options.Cluster.DrainTime.TotalSeconds} s; others will do it again");
        }

        return Done.Instance;
    }

    private NodeFigures Figures() => new(async () => _observation is { } observation ? await observation.NodeAsync().ConfigureAwait(false) : null)
    {
        IsReady = () => Obstacle is null,
        LastUpdate = () => _work.LastUpdate,
        Learner = () => LearnerNode?.Name == Name ? Learner : null,
    };

    private NodeStatus Seen() => new()
    {
        Address = _host is null ? null : Cluster.Get(System).SelfAddress.ToString(),
        Name = _options.Name,
        Roles = _options.Roles.Names(),
        Run = _work.Episodes.Plan.Run,
        Members = _host is null ? [] : [.. Cluster.Get(System).State.Members.Where(member => member.Status == MemberStatus.Up).Select(member => member.Address.ToString())],
        TotalEpisodes = _work.Episodes.Plan.TotalEpisodes,
        Troubles = _troubles.Lines,
        StandbyVersion = _follower?.Version,
    };

    private void Hear(LearnerStatus status, Address at)
    {
        _heard = new Heard(status, at, Stopwatch.GetTimestamp());
        _options.Heard?.Invoke(status);
    }

    private async Task EndWithSystem()
    {
        await System.WhenTerminated.ConfigureAwait(false);
        _outcome.TrySetResult(new NodeOutcome("the node was put out of the cluster: it was silent for too long, or somebody declared it dead", IsPutOut: true));
    }

    private sealed record Heard(LearnerStatus Status, Address At, long Since);
}
