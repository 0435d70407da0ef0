using System.Collections.Concurrent;
using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorRlhf.Actors.Tests.Parameters;

/// <summary>A node's member between its node and a board.</summary>
public sealed class ParameterMemberTests : IDisposable
{
    private readonly TestKit _kit = new("akka.loglevel = OFF");

    public void Dispose() => _kit.Dispose();

    [Fact]
    public void It_tells_the_boards_again_and_again_where_its_node_serves_and_what_it_has()
    {
        var node = new Node();
        Start(node, TimeSpan.FromMilliseconds(5));
        var first = _kit.ExpectMsg<ParameterPeer>(RunDatabase.Patience);
        Assert.Equal(("run-1", "http://a", false), (first.Run, first.Address, first.HasVersion));
        node.Newest = 0;
        _kit.FishForMessage<ParameterPeer>(peer => peer is { HasVersion: true, Version: 0 }, RunDatabase.Patience);
        node.Newest = 7;
        _kit.FishForMessage<ParameterPeer>(peer => peer is { HasVersion: true, Version: 7 }, RunDatabase.Patience);
    }

    [Fact]
    public void What_a_board_announces_is_passed_on()
    {
        var node = new Node();
        Start(node, TimeSpan.FromHours(1));
        _kit.ExpectMsg<ParameterPeer>(RunDatabase.Patience);
        _kit.LastSender.Tell(new ParametersAvailable { Run = "run-1", Version = 7 });
        _kit.AwaitCondition(() => node.Announced.TryPeek(out var announcement) && announcement.Version == 7, RunDatabase.Patience);
    }

    private void Start(Node node, TimeSpan period) => _kit.Sys.ActorOf(ParameterMember.Props("run-1", "http://a", _kit.TestActor, node, period));

    private sealed class Node : IParameterListener
    {
        private long _newest = -1;

        public long? Newest
        {
            get => Volatile.Read(ref _newest) is >= 0 and var newest ? newest : null;
            set => Volatile.Write(ref _newest, value!.Value);
        }

        public ConcurrentQueue<ParametersAvailable> Announced { get; } = [];

        public void Hear(ParametersAvailable announcement) => Announced.Enqueue(announcement);
    }
}
