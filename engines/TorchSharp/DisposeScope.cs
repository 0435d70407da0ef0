namespace TorchSharp;

/// <summary>Disposes, at its end, the tensors made on its thread since it began, but for those moved out of it.</summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static DisposeScope? _current;

    private readonly HashSet<IDisposable> _owned = new(ReferenceEqualityComparer.Instance);
    private readonly DisposeScope? _outer;
    private bool _disposed;

    internal DisposeScope()
    {
        _outer = _current;
        _current = this;
    }

    internal static DisposeScope? Current => _current;

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

    /// <summary>Puts an object that no scope owns into this one.</summary>
    public void Attach(IDisposable disposable) => Own(this, disposable);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _current = _outer;
        foreach (var disposable in _owned.ToArray())
            disposable.Dispose();
        _owned.Clear();
    }

    /// <summary>Forgets an object that has been disposed already.</summary>
    public void MarkAsDisposed(IDisposable disposable) => _owned.Remove(disposable);

    private static void Own(DisposeScope? scope, IDisposable disposable)
    {
        scope?._owned.Add(disposable);
        if (disposable is torch.Tensor tensor)
            tensor.OwningDisposeScope = scope;
    }
}
