using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Google.Protobuf;

namespace ActorRlhf.Actors.Tests.Parameters;

/// <summary>A board, and nodes that fetch what it announces.</summary>
public sealed class ParameterBoardTests : IDisposable
{
    private const string Run = "run-1";
    private const string Learner = "http://learner";
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(30);

    private readonly TestKit _kit = new("akka.loglevel = OFF");
    private readonly HandClock _clock = new();
    private readonly IActorRef _board;

    public ParameterBoardTests() => _board = _kit.Sys.ActorOf(ParameterBoard.Props(Run, _silence, _clock));

    public void Dispose() => _kit.Dispose();

    [Fact]
    public void A_version_is_announced_to_all_nodes_with_the_publisher_first_among_the_sources()
    {
        var (b, a) = (Node("b"), Node("a"));
        _board.Tell(Published(3));
        foreach (var node in new[] { a, b })
        {
            var announcement = Heard(node);
            Assert.Equal(3, announcement.Version);
            Assert.Equal([Learner, "http://a", "http://b"], announcement.Sources);
            Assert.Equal(ParameterManifest.Read(Published(3)), ParameterManifest.Read(announcement));
        }
    }

    [Fact]
    public void A_node_of_the_publishers_own_is_named_once()
    {
        var own = Node("learner");
        _board.Tell(Published(3));
        Assert.Equal([Learner], Heard(own).Sources);
    }

    [Theory, InlineData(null), InlineData(2L)]
    public void A_node_that_lacks_the_newest_version_gets_it_when_it_says_so(long? has)
    {
        _board.Tell(Published(3));
        Assert.Equal((3, "http://late"), (Heard(Node("late", has)) is var heard ? heard.Version : 0, heard.Sources[1]));
    }

    [Theory, InlineData(3L), InlineData(4L)]
    public void A_node_that_has_the_newest_version_or_one_of_another_learner_is_left_alone(long has)
    {
        _board.Tell(Published(3));
        var node = Node("a", has);
        Say(node, "a", version: null);
        Heard(node); // of the second message only
        HasHeardAll(node);
    }

    [Fact]
    public void A_board_without_a_learner_says_nothing()
    {
        var node = Node("a");
        HasHeardAll(node);
    }

    [Fact]
    public void What_a_learner_that_takes_its_steps_again_comes_by_is_not_announced_and_the_same_version_is()
    {
        var node = Node("a");
        foreach (var version in new[] { 3, 1, 2, 3 }) _board.Tell(Published(version));
        Assert.Equal((3, 3), (Heard(node).Version, Heard(node).Version));
        HasHeardAll(node);
    }

    [Fact]
    public void A_node_that_stops_is_not_named_any_more()
    {
        var (a, b) = (Node("a"), Node("b"));
        _board.Tell(Published(1));
        Heard(b);
        _kit.Watch(a.Ref);
        _kit.Sys.Stop(a.Ref);
        _kit.ExpectTerminated(a.Ref, RunDatabase.Patience);
        _kit.AwaitCondition(() =>
        {
            Say(b, "b", version: null);
            return !Heard(b).Sources.Contains("http://a");
        }, RunDatabase.Patience);
    }

    [Fact]
    public void A_node_that_is_silent_for_long_is_not_named_any_more_until_it_speaks()
    {
        var (a, b) = (Node("a"), Node("b"));
        HasHeardAll(a);
        _clock.Now = _silence / 2;
        Say(b, "b", version: null);
        HasHeardAll(b);
        _clock.Now = _silence * 1.2;
        _board.Tell(Published(1));
        Assert.Equal([Learner, "http://b"], Heard(b).Sources);
        Say(a, "a", version: null);
        Assert.Equal([Learner, "http://a", "http://b"], Heard(a).Sources);
    }

    [Fact]
    public void A_node_that_was_started_again_takes_its_own_place()
    {
        var (old, other) = (Node("a"), _kit.CreateTestProbe());
        Say(other, "a", version: null);
        _kit.Sys.Stop(old.Ref);
        _board.Tell(Published(1));
        Assert.Equal([Learner, "http://a"], Heard(other).Sources);
    }

    [Fact]
    public void Nodes_of_another_run_and_addresses_that_are_none_are_passed_over()
    {
        var node = _kit.CreateTestProbe();
        node.Send(_board, new ParameterPeer { Run = "another", Address = "http://x" });
        foreach (var address in new[] { "", "x", "ftp://x", "http://" + new string('x', 128) }) node.Send(_board, new ParameterPeer { Run = Run, Address = address });
        _board.Tell(Published(1));
        var good = Node("good");
        Assert.Equal([Learner, "http://good"], Heard(good).Sources);
        HasHeardAll(node);
    }

    [Fact]
    public void Of_more_nodes_than_are_remembered_the_others_hear_when_they_ask()
    {
        _board.Tell(Published(1));
        var node = _kit.CreateTestProbe();
        for (var i = 0; i < ParameterBoard.MostPeers; i++) Say(node, FormattableString.Invariant($"node-{i:000}"), version: 1);
        var late = Node("zz");
        var announcement = Heard(late);
        Assert.Equal(1 + ParameterBoard.MostPeers, announcement.Sources.Count);
        Assert.DoesNotContain("http://zz", announcement.Sources);
    }

    [Fact]
    public void The_largest_announcement_fits_into_a_remoting_frame()
    {
        const int Frame = 128_000; // Akka.NET's default maximum
        var chunks = ParameterManifest.MostChunks;
        var announcement = ParameterManifest.Of(
            Run, 1, ParameterFormat.Float32, chunks, layout: 1, chunkSize: 4, new byte[chunks * ParameterManifest.HashSize])
            .Announcement(Enumerable.Repeat(new string('x', ParameterBoard.LongestAddress), 1 + ParameterBoard.MostPeers));
        Assert.InRange(announcement.CalculateSize(), 1, Frame * 9 / 10);
    }

    private static ParametersAvailable Published(long version) =>
        ParameterManifest.Of(Run, version, ParameterFormat.Float32, 5, layout: 5, chunkSize: 20, new byte[ParameterManifest.HashSize]).Announcement([Learner]);

    private TestProbe Node(string name, long? version = null)
    {
        var node = _kit.CreateTestProbe();
        Say(node, name, version);
        return node;
    }

    private void Say(TestProbe node, string name, long? version)
    {
        var peer = new ParameterPeer { Run = Run, Address = $"http://{name}" };
        if (version is { } has) peer.Version = has;
        node.Send(_board, peer);
    }

    private static ParametersAvailable Heard(TestProbe node) => node.ExpectMsg<ParametersAvailable>(RunDatabase.Patience);

    // The board has dealt with all that was sent before, and the node has looked at all that came of it.
    private void HasHeardAll(TestProbe node)
    {
        node.Send(_board, new Identify(1));
        node.ExpectMsg<ActorIdentity>(RunDatabase.Patience);
    }
}
