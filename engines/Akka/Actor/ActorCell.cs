using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// An actor's place: its context, mailbox, children and watchers, which outlive the instance when it is restarted. Everything runs on the thread
/// that runs the mailbox; only <see cref="Mailbox"/> and <see cref="AttachChild"/> are for other threads.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext, ICell
{
    [ThreadStatic]
    private static ActorCell? _current;

    private readonly LocalActorRef _self;
    private ActorBase? _actor;
    private Receive? _behavior;
    private Receive? _initialBehavior;
    private Stack<Receive>? _behaviors;
    private IActorRef? _sender;
    private ActorTaskScheduler? _taskScheduler;
    private Task? _awaited;

    public ActorCell(Internal.ActorSystemImpl system, LocalActorRef self, Props props, IInternalActorRef parent)
    {
        SystemImpl = system;
        _self = self;
        Props = props;
        Parent = parent;
        Dispatcher = system.Dispatchers.Lookup(props.Dispatcher);
        Mailbox = new Mailbox(this, Dispatcher, system.Mailboxes.Create(props));
    }

    /// <summary>The cell whose actor runs on this thread, or null.</summary>
    public static ActorCell? Current
    {
        get => _current;
        set => _current = value;
    }

    public Internal.ActorSystemImpl SystemImpl { get; }

    public ActorSystem System => SystemImpl;

    public LocalActorRef Self => _self;

    IActorRef IActorContext.Self => _self;

    IActorRef ICell.Self => _self;

    public Props Props { get; }

    public IInternalActorRef Parent { get; }

    IActorRef IActorContext.Parent => Parent;

    public MessageDispatcher Dispatcher { get; }

    public Mailbox Mailbox { get; }

    public IActorRef Sender => _sender ?? SystemImpl.DeadLetters;

    /// <summary>The message at hand or the last one, or null.</summary>
    public object? CurrentMessage { get; private set; }

    /// <summary>Counts the messages received, so that equal ones can be told apart.</summary>
    public long MessageNumber { get; private set; }

    public ActorBase? Actor => _actor;

    bool ICell.HasMessages => Mailbox.HasMessages;

    int ICell.NumberOfMessages => Mailbox.NumberOfMessages;

    bool ICell.IsTerminated => Mailbox.IsClosed;

    private Type ActorType => _actor?.GetType() ?? Props.Type;

    public void Start() => _self.SendSystemMessage(new Create());

    // ---- Receiving

    public void Receive(object message, IActorRef? from)
    {
        CurrentMessage = message;
        MessageNumber++;
        _sender = from;
        if (_receiveTimeout is not null && message is not INotInfluenceReceiveTimeout) _idleSince = long.MaxValue;
        try
        {
            if (message is IAutoReceivedMessage) AutoReceive(message);
            else ReceiveMessage(message);
            if (!Mailbox.IsAwaiting) CurrentMessage = null;
        }
        catch (Exception e)
        {
            Fail(e); // the message at hand is what PreRestart is told
        }

        if (_receiveTimeout is not null && !Mailbox.IsAwaiting && message is not INotInfluenceReceiveTimeout) BecomeIdle();
    }

    public void ReceiveMessage(object message) => _actor!.AroundReceive(_behavior!, message);

    /// <summary>Runs an asynchronous handler: at once as far as it goes, the rest with messages held back.</summary>
    public void RunTask(Func<Task> handler)
    {
        if (Mailbox.IsAwaiting) throw new InvalidOperationException($"{_self} runs an asynchronous handler already; await within that one instead");
        _taskScheduler ??= new ActorTaskScheduler(this);
        var start = new Task<Task>(handler);
        start.RunSynchronously(_taskScheduler);
        var task = start.GetAwaiter().GetResult();
        if (task.IsCompleted)
        {
            task.GetAwaiter().GetResult();
            return;
        }

        Mailbox.IsAwaiting = true;
        _awaited = task;
        task.ContinueWith(
            static (done, cell) => ((ActorCell)cell!)._self.SendSystemMessage(new ActorTaskCompleted(done)),
            this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // ---- Context

    public void Become(Receive receive)
    {
        if (_behaviors is { Count: > 0 }) _behaviors.Pop();
        BecomeStacked(receive);
    }

    public void BecomeStacked(Receive receive)
    {
        (_behaviors ??= new Stack<Receive>()).Push(receive);
        _behavior = receive;
    }

    public void UnbecomeStacked()
    {
        if (_behaviors is not { Count: > 0 }) return;
        _behaviors.Pop();
        _behavior = _behaviors.Count > 0 ? _behaviors.Peek() : _initialBehavior;
    }

    void IUntypedActorContext.Become(UntypedReceive receive) => Become(message =>
    {
        receive(message);
        return true;
    });

    void IUntypedActorContext.BecomeStacked(UntypedReceive receive) => BecomeStacked(message =>
    {
        receive(message);
        return true;
    });

    public ActorSelection ActorSelection(string actorPath) => SystemImpl.Select(actorPath, _self);

    public ActorSelection ActorSelection(ActorPath actorPath) => SystemImpl.ActorSelection(actorPath);

    /// <summary>Says something about this actor on the event stream.</summary>
    public void Log(LogEvent logged) => SystemImpl.EventStream.Publish(logged);

    private void AutoReceive(object message)
    {
        switch (message)
        {
            case TimerMessage timer:
                if (timer.Owner.Take(timer) is not { } due) break;
                CurrentMessage = due;
                if (due is IAutoReceivedMessage) AutoReceive(due);
                else ReceiveMessage(due);
                break;
            case Terminated terminated:
                ReceiveTerminated(terminated);
                break;
            case PoisonPill:
                _self.Stop();
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, _self), _self);
                break;
            case ActorSelectionMessage selection:
                Akka.Actor.ActorSelection.Deliver(_self, Sender, selection);
                break;
            default:
                ReceiveMessage(message);
                break;
        }
    }

    private void CompleteTask(Task task)
    {
        if (task != _awaited)
        {
            if (task.Exception is { } late) Log(new Error(late.InnerException, _self.Path.ToString(), ActorType, "a handler of an earlier instance failed"));
            return;
        }

        _awaited = null;
        Mailbox.IsAwaiting = false;
        if (_receiveTimeout is not null && CurrentMessage is not INotInfluenceReceiveTimeout) BecomeIdle();
        task.GetAwaiter().GetResult();
        CurrentMessage = null;
    }
}
