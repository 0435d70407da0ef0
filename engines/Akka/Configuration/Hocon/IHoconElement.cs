namespace Akka.Configuration.Hocon;

/// <summary>One piece of a <see cref="HoconValue"/>: a text, an object, a list or a substitution.</summary>
public interface IHoconElement
{
    /// <summary>Whether it is text.</summary>
    bool IsString();

    /// <summary>Its text.</summary>
    string? GetString();

    /// <summary>Whether it is a list.</summary>
    bool IsArray();

    /// <summary>Its elements.</summary>
    IList<HoconValue> GetArray();
}

/// <summary>A piece that can stand for an object without being one.</summary>
public interface IMightBeAHoconObject
{
    /// <summary>Whether it stands for an object.</summary>
    bool IsObject();

    /// <summary>The object it stands for, or null.</summary>
    HoconObject? GetObject();
}
