using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Node.Persistence;

/// <summary>Counts on from its past, one event after the other, and reports each as soon as it is acknowledged: "ack id number".</summary>
public sealed class Ledger : ReceivePersistentActor
{
    private readonly string _writer;
    private readonly bool _endless;
    private long _number;

    /// <summary>A ledger.</summary>
    /// <param name="id">Its persistence id.</param>
    /// <param name="writer">Who writes.</param>
    /// <param name="endless">Whether it writes without being told, for ever.</param>
    public Ledger(string id, string writer, bool endless)
    {
        PersistenceId = id;
        _writer = writer;
        _endless = endless;
        Recover<Entry>(entry => _number = entry.Number);
        Recover<RecoveryCompleted>(_ =>
        {
            Scenario.Report($"recovered {PersistenceId} {_number}");
            if (_endless) Write();
        });
        Command<string>(_ => Write());
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Scenario.Report($"failed {PersistenceId} {cause.GetType().Name}");

    /// <inheritdoc/>
    protected override void PostStop() => Scenario.Report($"stopped {PersistenceId}");

    private void Write() => Persist(new Entry(_number + 1, _writer), entry =>
    {
        _number = entry.Number;
        Scenario.Report($"ack {PersistenceId} {_number}");
        if (_endless) Self.Tell("next");
    });
}
