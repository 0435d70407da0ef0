using ActorRlhf.Engines.Tests.Akka;
using ActorRlhf.Engines.Tests.Akka.Cluster;
using ActorRlhf.Engines.Tests.Akka.Remote;
using Akka.Actor;
using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Embedded.Cluster;

/// <summary>Who watches an actor of another member, and cannot reach it.</summary>
public sealed class MemberWatchTests
{
    private const string Impatient =
        "akka.remote.watch-failure-detector { heartbeat-interval = 0.4 s, acceptable-heartbeat-pause = 0.1 s, unreachable-nodes-reaper-interval = 0.05 s }";

    [Fact]
    public async Task A_member_that_cannot_be_reached_for_a_while_is_not_given_up_while_the_table_has_it_alive()
    {
        using var cluster = new ClusterFixture("SQLite.MS");
        using var way = new Proxy();
        var there = await cluster.AddAsync(way.Configuration);
        var here = ActorSystem.Create("one", ConfigurationFactory.ParseString(cluster.Hocon(Impatient)));
        try
        {
            var member = global::Akka.Cluster.Cluster.Get(here);
            await member.JoinAsync(member.SelfAddress);
            await there.ExpectAsync($"up {member.SelfAddress}");
            var guardian = await Retry.UntilAsync(() => here.ActorSelection($"{there.Address}/user").ResolveOne(TimeSpan.FromSeconds(5)));
            var inbox = new Inbox(here, [guardian]);
            way.Cut();
            await Task.Delay(TimeSpan.FromSeconds(2)); // four times the silence after which a peer that is no member is given up
            way.Restore();
            await Retry.UntilAsync(() => guardian.Ask<ActorIdentity>(new Identify("back"), TimeSpan.FromSeconds(1)));
            Assert.Equal(0, inbox.Count);
            there.Kill();
            Assert.True((await inbox.ReceiveAsync<Terminated>()).AddressTerminated);
        }
        finally
        {
            await here.Terminate();
        }
    }
}
