using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Keys and their values, in the order they first came.</summary>
public class HoconObject : IHoconElement
{
    /// <summary>The keys and their values.</summary>
    public Dictionary<string, HoconValue> Items { get; private init; } = [];

    /// <inheritdoc/>
    public bool IsString() => false;

    /// <summary>Not a text.</summary>
    /// <exception cref="NotImplementedException">Always.</exception>
    public string GetString() => throw new NotImplementedException("This element is an object and not a string.");

    /// <inheritdoc/>
    public bool IsArray() => false;

    /// <summary>Not a list.</summary>
    /// <exception cref="NotImplementedException">Always.</exception>
    public IList<HoconValue> GetArray() => throw new NotImplementedException("This element is an object and not an array.");

    /// <summary>The value of a key, or null.</summary>
    public HoconValue? GetKey(string key) => Items.GetValueOrDefault(key);

    /// <summary>The value of a key, which is added empty where it is missing.</summary>
    public HoconValue GetOrCreateKey(string key)
    {
        if (!Items.TryGetValue(key, out var value))
            Items.Add(key, value = new HoconValue());
        return value;
    }

    /// <summary>Takes over every key of another object; where both have an object, those are merged.</summary>
    public void Merge(HoconObject other)
    {
        foreach (var (key, value) in other.Items)
            Items[key] = Items.TryGetValue(key, out var mine) ? Over(mine, value) : value;
    }

    /// <inheritdoc/>
    public override string ToString() => ToString(0);

    /// <summary>The object as HOCON, each line indented by twice <paramref name="indent"/> spaces.</summary>
    public string ToString(int indent)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in Items)
            text.Append(' ', indent * 2).Append(HoconValue.QuoteIfNeeded(key)).Append(" : ").Append(value.ToString(indent)).Append("\r\n");
        return text.ToString();
    }

    /// <summary><see cref="Merge"/> into a new object.</summary>
    internal HoconObject MergeImmutable(HoconObject other)
    {
        var merged = new HoconObject { Items = new Dictionary<string, HoconValue>(Items) };
        merged.Merge(other);
        return merged;
    }

    private static HoconValue Over(HoconValue below, HoconValue above)
    {
        if (below.GetObject() is not { } lower || above.GetObject() is not { } upper)
            return above;
        var merged = new HoconValue();
        merged.AppendValue(lower.MergeImmutable(upper));
        return merged;
    }
}
