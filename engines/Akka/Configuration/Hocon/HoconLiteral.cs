namespace Akka.Configuration.Hocon;

/// <summary>Text, quoted or not: HOCON's numbers and truth values are text until somebody asks.</summary>
public class HoconLiteral : IHoconElement
{
    /// <summary>The text.</summary>
    public string? Value { get; set; }

    /// <inheritdoc/>
    public bool IsString() => true;

    /// <inheritdoc/>
    public string? GetString() => Value;

    /// <inheritdoc/>
    public bool IsArray() => false;

    /// <summary>Not a list.</summary>
    /// <exception cref="NotImplementedException">Always.</exception>
    public IList<HoconValue> GetArray() => throw new NotImplementedException("This element is a string literal and not an array.");

    /// <inheritdoc/>
    public override string? ToString() => Value;
}
