namespace Akka.Configuration.Hocon;

/// <summary>A list in square brackets.</summary>
public class HoconArray : List<HoconValue>, IHoconElement
{
    /// <inheritdoc/>
    public bool IsString() => false;

    /// <summary>Not a text.</summary>
    /// <exception cref="NotImplementedException">Always.</exception>
    public string GetString() => throw new NotImplementedException("This element is an array and not a string.");

    /// <inheritdoc/>
    public bool IsArray() => true;

    /// <inheritdoc/>
    public IList<HoconValue> GetArray() => this;

    /// <inheritdoc/>
    public override string ToString() => "[" + string.Join(",", this) + "]";
}
