namespace Akka.Util;

/// <summary>A value that may be absent.</summary>
public readonly record struct Option<T>
{
    /// <summary>No value.</summary>
    public static readonly Option<T> None;

    /// <summary>A present value.</summary>
    public Option(T value)
    {
        Value = value;
        HasValue = value is not null;
    }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => !HasValue;

    /// <summary>The value, or the type's default where there is none.</summary>
    public T Value { get; }

    /// <summary>A present value; absent where it is null.</summary>
    public static implicit operator Option<T>(T value) => new(value);

    /// <summary>The value, or another one where there is none.</summary>
    public T GetOrElse(T fallbackValue) => HasValue ? Value : fallbackValue;

    /// <inheritdoc/>
    public override string ToString() => HasValue ? $"Some<{Value}>" : "None";
}
