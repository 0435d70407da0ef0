using ActorRlhf.Actors.Operations;
using Akka.Actor;
using Akka.Cluster;

namespace ActorRlhf.Actors;

/// <summary>
/// Passes every message on, with its sender, to the actor at one path on each cluster member that has a role and is up and reachable. What comes while no such member is known is
/// dropped, and a member may miss what is sent while it comes or goes: who has something to say says it again.
/// </summary>
public sealed class RoleBroadcast : ObservedActor
{
    private readonly string _role;
    private readonly string _path;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly HashSet<Member> _up = [];
    private readonly HashSet<Member> _silent = [];
    private ActorSelection[] _recipients = [];

    /// <summary>A broadcast.</summary>
    /// <param name="role">The members' role.</param>
    /// <param name="path">The actor on each of them, such as <c>/user/scorer</c>.</param>
    public RoleBroadcast(string role, string path)
    {
        (_role, _path) = (role, path);
        Receive<ClusterEvent.CurrentClusterState>(state =>
        {
            _up.UnionWith(state.Members.Where(member => member.Status == MemberStatus.Up && member.HasRole(role)));
            _silent.UnionWith(state.Unreachable);
            Choose();
        });
        Receive<ClusterEvent.UnreachableMember>(unreachable => Change(_silent.Add, unreachable.Member));
        Receive<ClusterEvent.ReachableMember>(reachable => Change(_silent.Remove, reachable.Member));
        Receive<ClusterEvent.MemberUp>(up => Change(_up.Add, up.Member));
        Receive<ClusterEvent.MemberRemoved>(removed =>
        {
            _silent.Remove(removed.Member);
            Change(_up.Remove, removed.Member);
        });
        Receive<ClusterEvent.IMemberEvent>(leaving => Change(_up.Remove, leaving.Member));
        ReceiveAny(message => Array.ForEach(_recipients, recipient => recipient.Tell(message, Sender)));
    }

    /// <summary>Props of a broadcast.</summary>
    /// <inheritdoc cref="RoleBroadcast(string, string)"/>
    public static Props Props(string role, string path) => Akka.Actor.Props.Create(() => new RoleBroadcast(role, path));

    /// <inheritdoc/>
    protected override void PreStart() => _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

    /// <inheritdoc/>
    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void Change(Func<Member, bool> change, Member member)
    {
        if (member.HasRole(_role) && change(member)) Choose();
    }

    // A process that has been started again is a member beside what it was before, at the same address.
    private void Choose() => _recipients =
        [.. _up.Except(_silent).Select(member => member.Address).Distinct().Select(address => Context.ActorSelection($"{address}{_path}"))];
}
