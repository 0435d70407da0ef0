using System.Globalization;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorRlhf.Actors.Tests;

/// <summary>A broadcast to the scorers of a real cluster in this process. The member that it is on is one of them.</summary>
public sealed class RoleBroadcastTests
{
    [Fact]
    public async Task Every_member_with_the_role_is_told_once_and_sees_who_says_it()
    {
        await using var cluster = new ClusterRun();
        var here = new Here(await cluster.Start(0, "learner", "scorer"));
        var there = new Listener(await cluster.Start(0, "rollout", "scorer"));
        var elsewhere = new Listener(await cluster.Start(0, "rollout"));
        here.Until(() => here.Told(there) == 1);

        var sender = here.Kit.CreateTestProbe();
        sender.Send(here.Broadcast, Say("hello"));
        foreach (var listener in new[] { here, there }) listener.Probe.FishForMessage<PolicyTrained>(said => said.Run == "hello", RunDatabase.Patience);
        there.Probe.Reply(Say("to you too"));
        Assert.Equal("to you too", sender.ExpectMsg<PolicyTrained>(RunDatabase.Patience).Run);
        Assert.Equal((1, 1, 0), (here.Told(here), here.Told(there), here.Told(elsewhere)));
    }

    [Fact]
    public async Task A_member_that_comes_is_told_and_one_that_is_leaving_is_not()
    {
        await using var cluster = new ClusterRun();
        var here = new Here(await cluster.Start(0, "scorer"));
        here.Until(() => here.Told(here) == 1);
        var there = new Listener(await cluster.Start(0, "scorer"));
        here.Until(() => here.Told(there) == 1);

        var left = new TaskCompletionSource<Akka.Done>();
        CoordinatedShutdown.Get(there.System).AddTask(CoordinatedShutdown.PhaseClusterShardingShutdownRegion, "stay for a while", () => left.Task);
        Cluster.Get(there.System).Leave(there.Address);
        here.Until(() => here.Told(there) == 0);
        Assert.Contains(
            Cluster.Get(here.System).State.Members.Single(member => member.Address == there.Address).Status, new[] { MemberStatus.Leaving, MemberStatus.Exiting });
        left.SetResult(Akka.Done.Instance);
    }

    [Fact]
    public async Task The_successor_of_a_member_that_was_declared_dead_is_told_once_at_the_same_address()
    {
        await using var cluster = new ClusterRun();
        var here = new Here(await cluster.Start(0, "scorer"));
        var there = new Listener(await cluster.Start(0, "scorer"));
        here.Until(() => here.Told(there) == 1);

        Cluster.Get(here.System).Down(there.Address);
        await there.System.WhenTerminated.WaitAsync(RunDatabase.Patience);
        var successor = new Listener(await cluster.Start(there.Address.Port!.Value, "scorer"));
        here.Until(() => here.Told(successor) == 1);
        Assert.Equal(1, here.Told(here));
    }

    private static PolicyTrained Say(string text) => new() { Run = text };

    /// <summary>A member with something at the path of the broadcast.</summary>
    private class Listener
    {
        public Listener(ActorSystem system)
        {
            Kit = new TestKit(system);
            Probe = Kit.CreateTestProbe();
            var probe = Probe.Ref;
            system.ActorOf(Props.Create(() => new Forwarding(probe)), "scorer");
        }

        public TestKit Kit { get; }

        public ActorSystem System => Kit.Sys;

        public TestProbe Probe { get; }

        public Address Address => Cluster.Get(System).SelfAddress;

        public string Next() => Probe.ExpectMsg<PolicyTrained>(RunDatabase.Patience).Run;
    }

    /// <summary>The member with the broadcast.</summary>
    private sealed class Here : Listener
    {
        private int _said;

        public Here(ActorSystem system)
            : base(system) => Broadcast = system.ActorOf(RoleBroadcast.Props("scorer", "/user/scorer"));

        public IActorRef Broadcast { get; }

        /// <summary>How often a listener is told what is broadcast once.</summary>
        public int Told(Listener listener)
        {
            var text = (++_said).ToString(CultureInfo.InvariantCulture);
            Broadcast.Tell(Say(text), ActorRefs.NoSender);
            Broadcast.Ask<ActorIdentity>(new Identify(text), RunDatabase.Patience).Wait(); // it has sent what it sends
            System.ActorSelection($"{listener.Address}/user/scorer").Tell(Say($"end of {text}"), ActorRefs.NoSender);
            var told = 0;
            while (listener.Next() is var heard && heard != $"end of {text}")
            {
                if (heard == text) told++;
            }

            return told;
        }

        public void Until(Func<bool> holds) => Kit.AwaitCondition(holds, RunDatabase.Patience, TimeSpan.FromMilliseconds(20));
    }

    private sealed class Forwarding : ReceiveActor
    {
        public Forwarding(IActorRef to) => ReceiveAny(to.Forward);
    }
}
