using System.Net.Http.Json;
using System.Text.Json;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Host.Nodes;
using Akka.Actor;

namespace ActorRlhf.Host.Operations;

/// <summary>What a node answers operators, and other nodes, who ask how things are. Answers are shared among all who ask within a second.</summary>
internal sealed class Observation
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly Uri _own;
    private readonly SharedAnswer<NodeReport> _node;
    private readonly SharedAnswer<ClusterReport> _cluster;
    private readonly SharedAnswer<EpisodeAccount> _account;
    private readonly EpisodeStories _stories;

    /// <summary>Observation from a node.</summary>
    /// <param name="system">Its actor system.</param>
    /// <param name="work">What its actors do.</param>
    /// <param name="self">Who it is.</param>
    /// <param name="http">Reaches other nodes.</param>
    /// <param name="shards">Passes messages on to episode shards.</param>
    /// <param name="learner">Reaches the learner.</param>
    /// <param name="node">The node.</param>
    /// <param name="settings">Where journal and metrics are.</param>
    /// <param name="troubles">The node's last warnings and errors.</param>
    public Observation(
        ActorSystem system, INodeWork work, KnownNode self, HttpClient http, IActorRef shards, IActorRef learner, Node node, ClusterSettings settings,
        Func<IReadOnlyList<string>> troubles)
    {
        var actors = new ActorObserver(system, work.Episodes.Plan, type =>
            work.Device(type == typeof(Learner) ? NodeRoles.Learner : type == typeof(Rollout) ? NodeRoles.Rollout : NodeRoles.Scorer));
        (_http, _own) = (http, new Uri(self.Http + ObservationEndpoints.NodePath));
        _node = new SharedAnswer<NodeReport>(new NodeObserver(self, node.Directory, actors, troubles).ReportAsync, Freshness);
        _cluster = new SharedAnswer<ClusterReport>(
            new ClusterObserver(http, () => node.Directory.Nodes, work.Episodes, self.Name, _node.Get).ReportAsync, Freshness);
        _account = new SharedAnswer<EpisodeAccount>(new EpisodeAccounts(work.Episodes.Plan, shards, learner, _cluster.Get).TakeAsync, Freshness);
        _stories = new EpisodeStories(work, settings, shards, () => node.Learner?.Version ?? 0);
    }

    /// <summary>Asks itself once, as others will: what that takes the first time, nobody has to wait for.</summary>
    public async Task PrepareAsync()
    {
        try
        {
            await _http.GetFromJsonAsync<NodeReport>(_own, OperationsJson.Options).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException or ObjectDisposedException)
        {
            // The node is ending.
        }
    }

    /// <summary>The node.</summary>
    public Task<NodeReport> NodeAsync() => _node.Get();

    /// <summary>The cluster.</summary>
    public Task<ClusterReport> ClusterAsync() => _cluster.Get();

    /// <summary>The account of all episodes.</summary>
    public Task<EpisodeAccount> AccountAsync() => _account.Get();

    /// <summary>What holds the run up most.</summary>
    public async Task<Bottleneck> WhyAsync() => BottleneckFinder.Find(await _cluster.Get().ConfigureAwait(false));

    /// <inheritdoc cref="EpisodeStories.TellAsync"/>
    public Task<EpisodeStory> StoryAsync(long episode) => _stories.TellAsync(episode);
}
