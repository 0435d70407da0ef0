using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

/// <summary>
/// Runs what an asynchronous handler does after each await in its actor: one part at a time, with the actor's context, while the actor's messages
/// are held back.
/// </summary>
public sealed class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;

    internal ActorTaskScheduler(ActorCell cell)
    {
        _cell = cell;
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs an asynchronous action in the current actor, which receives nothing until it is done.</summary>
    /// <exception cref="InvalidOperationException">No actor is running on this thread, or it runs such an action already.</exception>
    public static void RunTask(Func<Task> asyncAction) =>
        (ActorCell.Current ?? throw new InvalidOperationException("RunTask must be called from within an actor")).RunTask(asyncAction);

    /// <inheritdoc cref="RunTask(Func{Task})"/>
    public static void RunTask(Action action) => RunTask(() =>
    {
        action();
        return Task.CompletedTask;
    });

    internal void Execute(Task task) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (task.CreationOptions.HasFlag(TaskCreationOptions.LongRunning)) new Thread(() => TryExecuteTask(task)) { IsBackground = true }.Start();
        else _cell.Self.SendSystemMessage(new ActorTask(this, task));
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(ActorCell.Current, _cell) && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
