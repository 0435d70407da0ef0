using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>What stands at a key: usually one element, several where HOCON concatenates (<c>${name} and more</c>).</summary>
public class HoconValue : IMightBeAHoconObject
{
    /// <summary>The elements in the order of the text.</summary>
    public List<IHoconElement> Values { get; } = [];

    /// <summary>Whether there is nothing in it, or only an object without keys.</summary>
    public bool IsEmpty => Values.Count == 0 || Values[0] is HoconObject { Items.Count: 0 };

    /// <summary>Adds an element.</summary>
    public void AppendValue(IHoconElement value) => Values.Add(value);

    /// <summary>Removes every element.</summary>
    public void Clear() => Values.Clear();

    /// <summary>Replaces every element by one.</summary>
    public void NewValue(IHoconElement value)
    {
        Values.Clear();
        Values.Add(value);
    }

    /// <inheritdoc/>
    public bool IsObject() => GetObject() is not null;

    /// <inheritdoc/>
    public HoconObject? GetObject() => Values.FirstOrDefault() switch
    {
        HoconObject found => found,
        IMightBeAHoconObject substitution when substitution.IsObject() => substitution.GetObject(),
        _ => null,
    };

    /// <summary>The value of a key of the object this is; null where it is no object or lacks the key.</summary>
    public HoconValue? GetChildObject(string key) => GetObject()?.GetKey(key);

    /// <summary>Whether it is a list with something in it.</summary>
    public bool IsArray() => GetArray().Count != 0;

    /// <summary>The elements of every list in it, one after the other.</summary>
    public IList<HoconValue> GetArray() => [.. Values.Where(element => element.IsArray()).SelectMany(element => element.GetArray())];

    /// <summary>Whether it is text and nothing else.</summary>
    public bool IsString() => Values.Count > 0 && Values.TrueForAll(element => element.IsString());

    /// <summary>Its text without white space around it; null for <c>null</c>, objects and lists.</summary>
    public string? GetString()
    {
        if (!IsString())
            return null;
        var text = string.Concat(Values.Select(element => element.GetString())).Trim();
        return text == "null" ? null : text;
    }

    /// <inheritdoc cref="Config.GetBoolean"/>
    public bool GetBoolean() => GetString() switch
    {
        "on" or "true" => true,
        "off" or "false" => false,
        var other => throw new NotSupportedException($"Unknown boolean format: {other}"),
    };

    /// <inheritdoc cref="Config.GetInt"/>
    public int GetInt() => int.Parse(GetString()!, NumberFormatInfo.InvariantInfo);

    /// <inheritdoc cref="Config.GetInt"/>
    public long GetLong() => long.Parse(GetString()!, NumberFormatInfo.InvariantInfo);

    /// <inheritdoc cref="Config.GetFloat"/>
    public float GetFloat() => float.Parse(GetString()!, NumberFormatInfo.InvariantInfo);

    /// <inheritdoc cref="Config.GetFloat"/>
    public double GetDouble() => double.Parse(GetString()!, NumberFormatInfo.InvariantInfo);

    /// <inheritdoc cref="Config.GetFloat"/>
    public decimal GetDecimal() => decimal.Parse(GetString()!, NumberFormatInfo.InvariantInfo);

    /// <inheritdoc cref="Config.GetByteSize(string)"/>
    public long? GetByteSize() => HoconUnits.Bytes(GetString());

    /// <inheritdoc cref="Config.GetTimeSpan"/>
    public TimeSpan GetTimeSpan(bool allowInfinite = true) => HoconUnits.Duration(GetString()!, allowInfinite);

    /// <inheritdoc cref="Config.GetStringList(string)"/>
    public IList<string?> GetStringList() => Each(value => value.GetString());

    /// <inheritdoc cref="Config.GetBooleanList"/>
    public IList<bool> GetBooleanList() => Each(value => value.GetBoolean());

    /// <inheritdoc cref="Config.GetIntList"/>
    public IList<int> GetIntList() => Each(value => value.GetInt());

    /// <inheritdoc cref="Config.GetIntList"/>
    public IList<long> GetLongList() => Each(value => value.GetLong());

    /// <inheritdoc cref="Config.GetIntList"/>
    public IList<float> GetFloatList() => Each(value => value.GetFloat());

    /// <inheritdoc cref="Config.GetIntList"/>
    public IList<double> GetDoubleList() => Each(value => value.GetDouble());

    /// <inheritdoc cref="Config.GetIntList"/>
    public IList<decimal> GetDecimalList() => Each(value => value.GetDecimal());

    /// <inheritdoc/>
    public override string ToString() => ToString(0);

    /// <summary>The value as HOCON; an object's lines are indented below <paramref name="indent"/>.</summary>
    public virtual string ToString(int indent)
    {
        if (IsString())
            return QuoteIfNeeded(GetString());
        if (GetObject() is { } found)
            return indent == 0 ? found.ToString(1) : "{\r\n" + found.ToString(indent + 1) + new string(' ', indent * 2) + "}";
        if (IsArray())
            return "[" + string.Join(",", GetArray().Select(element => element.ToString(indent + 1))) + "]";
        return "<<unknown value>>";
    }

    internal static string QuoteIfNeeded(string? text) =>
        text is null ? "" : text.AsSpan().IndexOfAny(" \t:") >= 0 ? $"\"{text}\"" : text;

    private List<T> Each<T>(Func<HoconValue, T> read) => [.. GetArray().Select(read)];
}
