using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Host.Tests.Parameters;

/// <summary>Learners that publish and nodes that fetch: actors for the announcements, real HTTP for the bytes.</summary>
public sealed class ParameterBroadcastTests : IAsyncLifetime
{
    private const int Values = 6 << 20; // 24 chunks
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly TestKit _kit = new("akka.loglevel = OFF");
    private readonly List<RunNode> _nodes = [];
    private readonly IActorRef _boards;

    public ParameterBroadcastTests() => _boards = _kit.Sys.ActorOf(Props.Create(() => new Boards()));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _kit.Dispose();
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task Three_nodes_cost_the_learner_less_than_two_uploads_a_version()
    {
        var (learner, _) = await Learner(Values);
        RunNode[] nodes = [await Member(Values), await Member(Values), await Member(Values)];
        learner.Publish(0);
        await All(nodes, 0);
        for (var version = 1; version <= 3; version++)
        {
            var before = learner.Store.Uploaded;
            var others = nodes.Sum(node => node.Store.Uploaded);
            learner.Publish(version);
            await All(nodes, version);
            var uploaded = learner.Store.Uploaded - before;
            Assert.InRange(uploaded, 4L * Values, 2 * 4L * Values);
            Assert.Equal(3 * 4L * Values, uploaded + nodes.Sum(node => node.Store.Uploaded) - others);
        }
    }

    [Fact]
    public async Task A_node_that_comes_late_gets_the_newest_version_though_nothing_new_is_published()
    {
        var (learner, _) = await Learner();
        var early = await Member();
        learner.Publish(1);
        learner.Publish(2);
        await All([early], 2);
        await All([await Member()], 2);
    }

    [Fact]
    public async Task A_learner_of_the_nodes_own_rollouts_serves_them_and_the_other_nodes()
    {
        var (learner, _) = await Learner();
        Join(learner);
        var node = await Member();
        learner.Publish(1);
        await All([learner, node], 1);
        Assert.Equal(0, node.Store.Uploaded);
    }

    [Fact]
    public async Task A_learner_that_was_started_again_announces_what_it_comes_by_again()
    {
        var (first, board) = await Learner();
        var early = await Member();
        first.Publish(7);
        first.Publish(8);
        await All([early], 8);
        await Kill(first, board);

        var late = await Member(); // there is nothing for it now
        var waiting = new[] { early.Fetch(9), late.Fetch(6) };
        var (again, _) = await Learner();
        again.Publish(6); // the last checkpoint
        Assert.Equal(6, await waiting[1].WaitAsync(_patience));
        again.Publish(7);
        Assert.False(waiting[0].IsCompleted);
        again.Publish(8);
        again.Publish(9);
        Assert.Equal(9, await waiting[0].WaitAsync(_patience));
        await All([late], 9);
    }

    [Fact]
    public async Task A_learner_that_takes_over_at_another_address_serves_what_the_first_one_had_announced()
    {
        var isFrozen = false;
        var (first, board) = await Learner(tamper: (http, next) => Volatile.Read(ref isFrozen) ? Task.Delay(Timeout.Infinite, http.RequestAborted) : next(http));
        var (second, _) = await Learner();
        RunNode[] nodes = [await Member(), await Member()];
        first.Publish(1);
        await All(nodes, 1);

        Volatile.Write(ref isFrozen, true);
        first.Publish(2);
        Task<long>[] waiting = [.. nodes.Select(node => node.Fetch(2))];
        await Until(() => nodes.All(node => node.Store.Versions.Contains(2))); // under way, and nothing comes
        _kit.Sys.Stop(board);
        second.Publish(2);
        Assert.All(await Task.WhenAll(waiting).WaitAsync(_patience), version => Assert.Equal(2, version));
    }

    private static async Task All(IEnumerable<RunNode> nodes, long version)
    {
        foreach (var fetched in await Task.WhenAll(nodes.Select(node => node.Fetch(version))).WaitAsync(_patience)) Assert.Equal(version, fetched);
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow + _patience; !condition(); await Task.Delay(2)) Assert.True(DateTime.UtcNow < end, "it does not come to that");
    }

    private async Task<(RunNode Node, IActorRef Board)> Learner(int values = 1000, Func<HttpContext, RequestDelegate, Task>? tamper = null)
    {
        var board = _kit.Sys.ActorOf(ParameterBoard.Props(RunNode.Run));
        _boards.Tell(new NewBoard(board));
        var node = await RunNode.Start(tamper, board.Tell, values);
        _nodes.Add(node);
        return (node, board);
    }

    private async Task<RunNode> Member(int values = 1000)
    {
        var node = await RunNode.Start(values: values);
        _nodes.Add(node);
        Join(node);
        return node;
    }

    private void Join(RunNode node) =>
        _kit.Sys.ActorOf(ParameterMember.Props(RunNode.Run, node.Address, _boards, node.Parameters, TimeSpan.FromMilliseconds(20)));

    private async Task Kill(RunNode node, IActorRef board)
    {
        await board.GracefulStop(_patience);
        _nodes.Remove(node);
        await node.DisposeAsync();
    }

    private sealed record NewBoard(IActorRef Board);

    // Passes messages on to the boards of all nodes.
    private sealed class Boards : ReceiveActor
    {
        public Boards()
        {
            var boards = new List<IActorRef>();
            Receive<NewBoard>(board => boards.Add(board.Board));
            Receive<ParameterPeer>(peer => boards.ForEach(board => board.Forward(peer)));
        }
    }
}
