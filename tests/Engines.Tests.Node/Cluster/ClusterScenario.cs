using ActorRlhf.Engines.Tests.Node.Persistence;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;

namespace ActorRlhf.Engines.Tests.Node.Cluster;

/// <summary>
/// A member of a cluster. It reports what it hears of members ("up address", "left", "exited", "downed address stamp", "removed address status",
/// "unreachable", "reachable"). Commands: "join address", "leave address", "down address", "state", "clock" (reports "clock stamp", see
/// <see cref="Lateness"/>), "singleton" (a ledger of that name, wherever it runs) and "write" (an entry in it), "accounts" and "accounts remembered"
/// (entities in 16 shards, <see cref="Account"/>), "accounts quiet" (in 64, and they report nothing; the actor "accounts" passes on what it is sent from
/// outside), "ask id number" (a command to one), "regions" (reports "regions n") and "shards" (reports "shards n entities …").
/// </summary>
public sealed class ClusterScenario : Scenario
{
    private readonly ActorSystem _system;
    private readonly global::Akka.Cluster.Cluster _cluster;
    private readonly Lateness _lateness = new();
    private IActorRef? _singleton;
    private IActorRef? _accounts;

    /// <summary>Listens, and waits for commands.</summary>
    public ClusterScenario(ActorSystem system)
    {
        _system = system;
        _cluster = global::Akka.Cluster.Cluster.Get(system);
        system.ActorOf(Props.Create(() => new Listener(_lateness)), "listener");
        _cluster.RegisterOnMemberUp(() => Report("member"));
        _cluster.RegisterOnMemberRemoved(() => Report("no member"));
    }

    /// <inheritdoc/>
    public override void Command(string line)
    {
        switch (line.Split(' '))
        {
            case ["join", var address]:
                _cluster.Join(Address.Parse(address));
                break;
            case ["leave", var address]:
                _cluster.Leave(Address.Parse(address));
                break;
            case ["down", var address]:
                _cluster.Down(Address.Parse(address));
                break;
            case ["state"]:
                var members = _cluster.State.Members.Select(member => $"{member.Address}={member.Status}[{string.Join('+', member.Roles.Order(StringComparer.Ordinal))}]");
                Report($"state {_cluster.SelfMember.Status} {string.Join(' ', members)}");
                break;
            case ["clock"]:
                Report($"clock {_lateness.Stamp}");
                break;
            case ["singleton"]:
                _system.ActorOf(ClusterSingletonManager.Props(
                    Props.Create(() => new Ledger("one", $"{Environment.ProcessId}", false)), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(_system)), "ledger");
                _singleton = _system.ActorOf(ClusterSingletonProxy.Props("/user/ledger", ClusterSingletonProxySettings.Create(_system)), "ledger-proxy");
                break;
            case ["write"]:
                _singleton!.Tell("write");
                break;
            case ["accounts", .. var how]:
                var settings = ClusterShardingSettings.Create(_system).WithRememberEntities(how is ["remembered"]);
                var reports = how is not ["quiet"];
                _accounts = ClusterSharding.Get(_system).Start(
                    Account.TypeName, id => Props.Create(() => new Account(id, $"{Environment.ProcessId}", reports)), settings, Account.Extractor(reports ? 16 : 64));
                _system.ActorOf(Props.Create(() => new Front(_accounts)), Account.TypeName);
                break;
            case ["ask", var id, var word]:
                _accounts!.Tell($"{id} {word}");
                break;
            case ["regions"]:
                _accounts!.Ask<CurrentRegions>(GetCurrentRegions.Instance, TimeSpan.FromSeconds(10)).ContinueWith(answer => Report(
                    answer.IsCompletedSuccessfully ? $"regions {answer.Result.Regions.Count}" : "regions unknown"));
                break;
            case ["shards"]:
                _accounts!.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(10)).ContinueWith(answer => Report(answer.IsCompletedSuccessfully
                    ? $"shards {answer.Result.Shards.Count} {string.Join(' ', answer.Result.Shards.SelectMany(shard => shard.EntityIds).Order(StringComparer.Ordinal))}"
                    : $"shards unknown {answer.Exception?.Message}"));
                break;
            default:
                throw new ArgumentException($"no command: {line}");
        }
    }

    private sealed class Front : ReceiveActor
    {
        public Front(IActorRef accounts) => ReceiveAny(accounts.Forward);
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(Lateness lateness)
        {
            Receive<ClusterEvent.CurrentClusterState>(_ => { });
            Receive<ClusterEvent.MemberUp>(happened => Report($"up {happened.Member.Address}"));
            Receive<ClusterEvent.MemberLeft>(happened => Report($"left {happened.Member.Address}"));
            Receive<ClusterEvent.MemberExited>(happened => Report($"exited {happened.Member.Address}"));
            Receive<ClusterEvent.MemberDowned>(happened => Report($"downed {happened.Member.Address} {lateness.Stamp}"));
            Receive<ClusterEvent.MemberRemoved>(happened => Report($"removed {happened.Member.Address} {happened.PreviousStatus}"));
            Receive<ClusterEvent.UnreachableMember>(happened => Report($"unreachable {happened.Member.Address}"));
            Receive<ClusterEvent.ReachableMember>(happened => Report($"reachable {happened.Member.Address}"));
        }

        protected override void PreStart() => global::Akka.Cluster.Cluster.Get(Context.System).Subscribe(
            Self, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
    }
}
