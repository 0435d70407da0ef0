namespace TorchSharp;

/// <summary>Disposes, at its end, the tensors made on its thread since it began, but for those moved out of it.</summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static Nesting? _nesting;

    private readonly HashSet<IDisposable> _owned = new(ReferenceEqualityComparer.Instance);
    private readonly Nesting _thread;
    private DisposeScope? _outer;
    private bool _disposed;

    internal DisposeScope()
    {
        _thread = _nesting ??= new Nesting();
        _outer = _thread.Innermost;
        _thread.Innermost = this;
    }

    internal static DisposeScope? Current => _nesting?.Innermost;

    /// <summary>How many objects the scope holds now.</summary>
    public int DisposablesCount => _owned.Count;

    public bool Contains(IDisposable disposable) => _owned.Contains(disposable);

    /// <summary>Hands an object to the enclosing scope, or to nobody where there is none.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable
    {
        if (_owned.Remove(disposable))
            Own(_outer, disposable);
        return disposable;
    }

    /// <summary>Takes an object out of the scope system: its owner disposes it.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        if (_owned.Remove(disposable))
            Own(null, disposable);
        return disposable;
    }

    /// <summary>Puts an object into this scope, and out of the one it was in.</summary>
    public void Attach(IDisposable disposable)
    {
        if (disposable is torch.Tensor { OwningDisposeScope: { } owner } && owner != this)
            owner._owned.Remove(disposable);
        Own(this, disposable);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (var disposable in _owned.ToArray())
            disposable.Dispose();
        _owned.Clear();
        _thread.Remove(this);
    }

    /// <summary>Forgets an object that has been disposed already.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        _owned.Remove(disposable);
        if (disposable is torch.Tensor tensor)
            tensor.OwningDisposeScope = null;
    }

    private static void Own(DisposeScope? scope, IDisposable disposable)
    {
        scope?._owned.Add(disposable);
        if (disposable is torch.Tensor tensor)
            tensor.OwningDisposeScope = scope;
    }

    /// <summary>The open scopes of one thread. A scope leaves its own thread's, wherever and in whatever order it is disposed.</summary>
    private sealed class Nesting
    {
        public DisposeScope? Innermost { get; set; }

        public void Remove(DisposeScope scope)
        {
            if (Innermost == scope)
            {
                Innermost = scope._outer;
                return;
            }
            for (var inner = Innermost; inner is not null; inner = inner._outer)
                if (inner._outer == scope)
                {
                    inner._outer = scope._outer;
                    return;
                }
        }
    }
}
