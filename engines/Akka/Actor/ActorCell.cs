using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// An actor's place: its context, mailbox, children and watchers, which outlive the instance when it is restarted. Everything runs on the thread
/// that runs the mailbox; only <see cref="Mailbox"/> and <see cref="AttachChild"/> are for other threads.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell? current;

    private readonly LocalActorRef self;
    private ActorBase? actor;
    private Receive? behavior;
    private Receive? initialBehavior;
    private Stack<Receive>? behaviors;
    private IActorRef? sender;
    private ActorTaskScheduler? taskScheduler;
    private Task? awaited;

    public ActorCell(Internal.ActorSystemImpl system, LocalActorRef self, Props props, IInternalActorRef parent)
    {
        SystemImpl = system;
        this.self = self;
        Props = props;
        Parent = parent;
        Dispatcher = system.Dispatchers.Lookup(props.Dispatcher);
        Mailbox = new Mailbox(this, Dispatcher, system.Mailboxes.Create(props));
    }

    /// <summary>The cell whose actor runs on this thread, or null.</summary>
    public static ActorCell? Current
    {
        get => current;
        set => current = value;
    }

    public Internal.ActorSystemImpl SystemImpl { get; }

    public ActorSystem System => SystemImpl;

    public LocalActorRef Self => self;

    IActorRef IActorContext.Self => self;

    public Props Props { get; }

    public IInternalActorRef Parent { get; }

    IActorRef IActorContext.Parent => Parent;

    public MessageDispatcher Dispatcher { get; }

    public Mailbox Mailbox { get; }

    public IActorRef Sender => sender ?? SystemImpl.DeadLetters;

    /// <summary>The message at hand or the last one, or null.</summary>
    public object? CurrentMessage { get; private set; }

    /// <summary>Counts the messages received, so that equal ones can be told apart.</summary>
    public long MessageNumber { get; private set; }

    public ActorBase? Actor => actor;

    private Type ActorType => actor?.GetType() ?? Props.Type;

    public void Start() => self.SendSystemMessage(new Create());

    // ---- Receiving

    public void Receive(object message, IActorRef? from)
    {
        CurrentMessage = message;
        MessageNumber++;
        sender = from;
        if (receiveTimeout is not null && message is not INotInfluenceReceiveTimeout) idleSince = long.MaxValue;
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

        if (receiveTimeout is not null && !Mailbox.IsAwaiting && message is not INotInfluenceReceiveTimeout) BecomeIdle();
    }

    public void ReceiveMessage(object message) => actor!.AroundReceive(behavior!, message);

    /// <summary>Runs an asynchronous handler: at once as far as it goes, the rest with messages held back.</summary>
    public void RunTask(Func<Task> handler)
    {
        if (Mailbox.IsAwaiting) throw new InvalidOperationException($"{self} runs an asynchronous handler already; await within that one instead");
        taskScheduler ??= new ActorTaskScheduler(this);
        var start = new Task<Task>(handler);
        start.RunSynchronously(taskScheduler);
        var task = start.GetAwaiter().GetResult();
        if (task.IsCompleted)
        {
            task.GetAwaiter().GetResult();
            return;
        }

        Mailbox.IsAwaiting = true;
        awaited = task;
        task.ContinueWith(
            static (done, cell) => ((ActorCell)cell!).self.SendSystemMessage(new ActorTaskCompleted(done)),
            this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // ---- Context

    public void Become(Receive receive)
    {
        if (behaviors is { Count: > 0 }) behaviors.Pop();
        BecomeStacked(receive);
    }

    public void BecomeStacked(Receive receive)
    {
        (behaviors ??= new Stack<Receive>()).Push(receive);
        behavior = receive;
    }

    public void UnbecomeStacked()
    {
        if (behaviors is not { Count: > 0 }) return;
        behaviors.Pop();
        behavior = behaviors.Count > 0 ? behaviors.Peek() : initialBehavior;
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

    public ActorSelection ActorSelection(string actorPath) => SystemImpl.Select(actorPath, self);

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
                self.Stop();
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, self), self);
                break;
            case ActorSelectionMessage selection:
                Akka.Actor.ActorSelection.Deliver(self, Sender, selection);
                break;
            default:
                ReceiveMessage(message);
                break;
        }
    }

    private void CompleteTask(Task task)
    {
        if (task != awaited)
        {
            if (task.Exception is { } late) Log(new Error(late.InnerException, self.Path.ToString(), ActorType, "a handler of an earlier instance failed"));
            return;
        }

        awaited = null;
        Mailbox.IsAwaiting = false;
        if (receiveTimeout is not null && CurrentMessage is not INotInfluenceReceiveTimeout) BecomeIdle();
        task.GetAwaiter().GetResult();
        CurrentMessage = null;
    }
}
