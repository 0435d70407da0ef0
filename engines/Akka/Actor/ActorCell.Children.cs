using System.Collections.Immutable;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <content>The children: names are reserved and looked up from any thread, the rest is the actor's own.</content>
internal sealed partial class ActorCell
{
    private readonly Lock _childrenLock = new();
    private ImmutableDictionary<string, ChildStats> _children = ImmutableDictionary<string, ChildStats>.Empty;
    private HashSet<IActorRef>? _dying;
    private WaitingFor _waitingFor;
    private Exception? _recreationCause;
    private long _names;

    /// <summary>What the actor does when the children that it stopped have ended.</summary>
    private enum WaitingFor
    {
        Nothing,
        Creation,
        Recreation,
        Termination,
    }

    private bool IsTerminating => _waitingFor == WaitingFor.Termination;

    public IActorRef ActorOf(Props props, string? name = null)
    {
        if (name is not null) CheckName(name);
        return AttachChild(props, name);
    }

    /// <summary>Makes a child. Safe from any thread.</summary>
    /// <exception cref="InvalidActorNameException">A child has the name.</exception>
    /// <exception cref="InvalidOperationException">The actor is stopping.</exception>
    public IInternalActorRef AttachChild(Props props, string? name)
    {
        LocalActorRef child;
        lock (_childrenLock)
        {
            if (IsTerminating) throw new InvalidOperationException($"{_self} is stopping and cannot have another child ({name ?? props.Type.Name})");
            name ??= "$" + Base64(_names++);
            if (_children.ContainsKey(name))
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
            var path = new ChildActorPath(_self.Path, name, NewUid());
            child = new LocalActorRef(SystemImpl, props, _self, path);
            _children = _children.Add(name, new ChildStats(child));
        }

        child.Start();
        return child;
    }

    public IInternalActorRef? FindChild(string name) => Volatile.Read(ref _children).GetValueOrDefault(name)?.Child;

    IActorRef IActorContext.Child(string name) => FindChild(name) ?? ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => Volatile.Read(ref _children).Values.Select(stats => stats.Child);

    public void Stop(IActorRef child)
    {
        if (StatsOf(child) is not null)
        {
            lock (_childrenLock) (_dying ??= []).Add(child);
        }

        ((IInternalActorRef)child).Stop();
    }

    /// <summary>The base-64 digits of a number, least first, as generated names have them.</summary>
    internal static string Base64(long value)
    {
        const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";
        var text = new System.Text.StringBuilder();
        do
        {
            text.Append(Digits[(int)(value & 63)]);
            value >>= 6;
        }
        while (value != 0);
        return text.ToString();
    }

    private static void CheckName(string name)
    {
        if (!ActorPath.IsValidPathElement(name))
        {
            throw new InvalidActorNameException(
                $"Illegal actor name \"{name}\"; it must not be empty or start with $ and may have ASCII letters, digits and {ActorPath.ValidSymbols}");
        }
    }

    private static long NewUid() => Random.Shared.NextInt64(1, int.MaxValue);

    private ChildStats? StatsOf(IActorRef child) =>
        _children.GetValueOrDefault(child.Path.Name) is { } stats && stats.Child.Equals(child) ? stats : null;

    /// <summary>Whether there are children to wait for; if so, what for.</summary>
    private bool WaitForChildren(WaitingFor reason, Exception? cause = null)
    {
        lock (_childrenLock)
        {
            if (_dying is not { Count: > 0 }) return false;
            _waitingFor = reason;
            _recreationCause = cause;
            return true;
        }
    }

    private void SuspendChildren(IActorRef? except)
    {
        foreach (var stats in _children.Values.Where(stats => !stats.Child.Equals(except))) stats.Child.Suspend();
    }

    private void ResumeChildren(Exception? cause, IActorRef? perpetrator)
    {
        foreach (var stats in _children.Values) stats.Child.Resume(stats.Child.Equals(perpetrator) ? cause : null);
    }

    private void ChildTerminated(IActorRef child)
    {
        WaitingFor reached;
        lock (_childrenLock)
        {
            _children = _children.Remove(child.Path.Name);
            _dying?.Remove(child);
            reached = _dying is { Count: > 0 } ? WaitingFor.Nothing : _waitingFor;
            if (reached is WaitingFor.Creation or WaitingFor.Recreation) _waitingFor = WaitingFor.Nothing;
        }

        switch (reached)
        {
            case WaitingFor.Creation:
                FinishCreate();
                break;
            case WaitingFor.Recreation:
                FinishRecreate(_recreationCause!);
                break;
            case WaitingFor.Termination:
                FinishTerminate();
                break;
            default:
                break;
        }
    }
}
