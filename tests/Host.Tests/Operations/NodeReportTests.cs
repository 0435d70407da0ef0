using System.Net.Http.Json;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>What real nodes say of themselves while they work.</summary>
public sealed class NodeReportTests : IDisposable
{
    private const int Shards = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_nodes_tell_any_of_them_what_their_actors_do()
    {
        var settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 1 << 30, BatchSize = 256, Shards = Shards };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        NodeOptions Options(string name, NodeRoles roles) => new() { Name = name, Roles = roles, Network = new NetworkSettings(), Cluster = settings.Cluster() };
        await using var core = await Node.StartAsync(Options("core", NodeRoles.Learner | NodeRoles.Episodes), work, log);
        await using var worker = await Node.StartAsync(Options("worker", NodeRoles.Rollout | NodeRoles.Scorer), work, log);
        using var http = new HttpClient();
        var cluster = await Until(worker.Address, report => report.Learner is { Version: > 3, SecondsPerStep: > 0 } && Shard(report).Count == Shards && Shard(report).All(shard => shard.Trained > 0)
            && report.Actors.Any(actor => actor.Rollout is { TokensPerSecond: > 0 }) && report.Actors.Any(actor => actor.Scorer is { EpisodesPerSecond: > 0 }));

        Assert.Equal(["core", "worker"], cluster.Nodes.Select(node => node.Name));
        Assert.All(cluster.Nodes, node => Assert.Equal((Environment.ProcessId, "up", null), (node.Pid, node.Status, node.Silence)));
        Assert.All(cluster.Actors, actor => Assert.Equal((ActorState.Running, true, 0), (actor.State, actor.IsAnswering, actor.Restarts)));
        Assert.Equal(("worker", 1L << 30, 256, Shards), (cluster.ReportedBy, cluster.TotalEpisodes, cluster.BatchSize, cluster.Shards));

        var rollout = Only(cluster, actor => actor.Rollout);
        Assert.Equal(("worker", "cpu"), (rollout.Name, rollout.Device));
        Assert.InRange(rollout.PolicyVersion, 1, long.MaxValue);
        Assert.InRange(rollout.Time.Values.Sum(), 0.999, 1.001);
        Assert.Equal(["starting", "generating", "waiting_for_parameters", "waiting_for_scorers", "waiting_for_episodes"], rollout.Time.Keys);
        var scorer = Only(cluster, actor => actor.Scorer);
        Assert.InRange(scorer.BatchMean, 1, scorer.BatchSize);
        Assert.InRange(scorer.Time.Values.Sum(), 0.999, 1.001);
        var learner = Only(cluster, actor => actor.Learner);
        Assert.InRange(learner.Time.Values.Sum(), 0.999, 1.001);
        Assert.Equal(("training", 256), (learner.Phase, learner.BatchSize));
        Assert.NotNull(learner.CheckpointAgeSeconds);
        Assert.All(Shard(cluster), shard =>
        {
            Assert.Equal(shard.Episodes, shard.Unissued + shard.Leased + shard.Held + shard.Trained);
            Assert.InRange(shard.WriteMs, 0.001, 60_000);
            Assert.Empty(shard.Violations);
        });
        Assert.Equal(Enumerable.Range(0, Shards), Shard(cluster).Select(shard => shard.Shard).Order());
        Assert.Equal(1L << 30, Shard(cluster).Sum(shard => shard.Episodes));

        async Task<ClusterReport> Until(string address, Func<ClusterReport, bool> condition)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (true)
            {
                var report = await http.GetFromJsonAsync<ClusterReport>($"{address}/api/topology", OperationsJson.Options, patience.Token);
                if (condition(report!)) return report!;
                await Task.Delay(20, patience.Token);
            }
        }
    }

    [Fact]
    public async Task The_account_of_a_run_adds_up_while_it_runs_and_every_episodes_story_can_be_told_when_it_is_finished()
    {
        var settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 40 * 64 + 10, BatchSize = 64, Shards = Shards };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        await using var node = await Node.StartAsync(new NodeOptions { Name = "all", Roles = NodeRoles.All, Network = new NetworkSettings(), Cluster = settings.Cluster() }, work, log);
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        EpisodeAccount account;
        do
        {
            account = (await http.GetFromJsonAsync<EpisodeAccount>($"{node.Address}/api/episodes", OperationsJson.Options, patience.Token))!;
            Assert.True(account.IsSound, string.Join('\n', account.Invariants.Where(check => !check.Holds)));
        }
        while (account.Trained < settings.Episodes);

        Assert.Equal((settings.Episodes, 0, 0, 0, settings.Episodes), (account.TotalEpisodes, account.Unissued, account.Leased, account.Held, account.Counts.Accepted));
        Assert.Equal(Enumerable.Range(0, Shards), account.Shards.Select(shard => shard.Shard));
        await node.Completion.WaitAsync(patience.Token);
        foreach (var episode in new[] { 0, 63, 64, 1234, settings.Episodes - 1 })
        {
            var story = (await http.GetFromJsonAsync<EpisodeStory>($"{node.Address}/api/episodes/{episode}", OperationsJson.Options, patience.Token))!;
            Assert.Equal((episode, StoryPhase.Trained, "all", episode / 64 + 1), (story.Episode, story.Phase, story.Rollout, story.Update));
            Assert.Equal((episode >= 2560 ? 10 : 64, settings.Tokens, 4), (story.BatchEpisodes, story.Tokens.Count, story.PromptTokens));
            Assert.True(story.GeneratedAt <= story.ScoredAt && story.ScoredAt <= story.TrainedAt, $"{story.GeneratedAt:O} {story.ScoredAt:O} {story.TrainedAt:O}");
            Assert.Equal(story.Tokens.Sum(token => token.LogProbability - token.Reference), story.Kl!.Value, 6);
            Assert.InRange(story.Lag!.Value, 0, settings.MaxPolicyLag);
            Assert.Null(story.Reward); // this run writes no metrics
        }

        using var none = await http.GetAsync($"{node.Address}/api/episodes/{settings.Episodes}", patience.Token);
        Assert.Equal((System.Net.HttpStatusCode.NotFound, "{\"error\":\"there is no episode 2570; the run\\u0027s are 0 to 2569\"}"), (none.StatusCode, await none.Content.ReadAsStringAsync(patience.Token)));
    }

    private static T Only<T>(ClusterReport cluster, Func<ActorReport, T?> part)
        where T : class => Assert.Single(cluster.Actors.Select(part).OfType<T>());

    private static List<ShardReport> Shard(ClusterReport cluster) => [.. cluster.Actors.Select(actor => actor.Shard).OfType<ShardReport>()];
}
