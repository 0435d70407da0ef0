using ActorRlhf.Engines.Tests.Node.Persistence;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Sql;

namespace ActorRlhf.Engines.Tests.Node.Embedded.Persistence;

/// <summary>
/// A member that wants the lease "shard/1" and declares its owner dead when that falls silent. While it has it, it keeps a ledger under it, which
/// writes an entry for each command. It reports "owner epoch" and, when it finds itself declared dead, "dead".
/// </summary>
internal sealed class LeaseScenario : Scenario, IWriteLeases
{
    private static readonly TimeSpan Threshold = TimeSpan.FromSeconds(2);

    private readonly ActorSystem _system;
    private readonly Coordination _coordination;
    private readonly string _self = Coordination.Owner($"node-{Environment.ProcessId}", Environment.ProcessId);
    private Lease? _lease;
    private IActorRef? _ledger;

    public LeaseScenario(ActorSystem system)
    {
        _system = system;
        var extension = global::Akka.Persistence.Persistence.Instance.Apply(system);
        extension.Leases = this;
        _coordination = extension.Coordination;
        Task.Run(Live);
    }

    public Fence LeaseOf(ActorPath actor) => _lease!.Fence;

    public override void Command(string line) => _ledger!.Tell(line);

    private async Task Live()
    {
        try
        {
            await _coordination.Join(_self, "", "Up", Threshold);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (await timer.WaitForNextTickAsync())
            {
                if (!(await _coordination.Beat(_self, Threshold)).Alive)
                {
                    Report("dead");
                    return;
                }

                if (_ledger is null) await Try();
            }
        }
        catch (Exception e)
        {
            Report($"broken {e}");
        }
    }

    private async Task Try()
    {
        var lease = await _coordination.Acquire("shard/1", _self, Threshold);
        if (lease.Owner != _self)
        {
            await _coordination.DeclareDead(lease.Owner, Threshold, _self);
            return;
        }

        _lease = lease;
        _ledger = _system.ActorOf(Props.Create(() => new Ledger("ledger", _self, false)), "ledger");
        Report($"owner {lease.Epoch}");
    }
}
