using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>A persistent actor whose behavior a test writes down where it reads best.</summary>
public sealed class Scripted : ReceivePersistentActor
{
    private readonly Recovery _recovery;

    public Scripted(string id, Recovery recovery, Action<Scripted> script)
    {
        PersistenceId = id;
        _recovery = recovery;
        script(this);
    }

    public override string PersistenceId { get; }

    public override Recovery Recovery => _recovery;

    public Action<object>? Failed { get; set; }

    public Action<object>? Rejected { get; set; }

    public Action<Exception>? Unrecovered { get; set; }

    public IActorRef From => Sender;

    public IActorRef Me => Self;

    public void On<T>(Action<T> handler) => Command(handler);

    public void OnAsync<T>(Func<T, Task> handler) => CommandAsync(handler);

    public void Past<T>(Action<T> handler) => Recover(handler);

    public void Behave(Action configure) => Become(configure);

    public void End() => Context.Stop(Self);

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Failed?.Invoke(((Note)@event).Text);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Rejected?.Invoke(((Note)@event).Text);
        base.OnPersistRejected(cause, @event, sequenceNr);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        Unrecovered?.Invoke(reason);
        base.OnRecoveryFailure(reason, message!);
    }
}
