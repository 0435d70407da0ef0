namespace Akka.Configuration.Hocon;

/// <summary><c>${path}</c>: stands for whatever the whole text finally says at that path.</summary>
public class HoconSubstitution(string path) : IHoconElement, IMightBeAHoconObject
{
    /// <summary>The path between the braces.</summary>
    public string Path { get; set; } = path;

    /// <summary>What stands at the path, once the text is read to its end.</summary>
    public HoconValue? ResolvedValue { get; set; }

    /// <inheritdoc/>
    public bool IsString() => ResolvedValue!.IsString();

    /// <inheritdoc/>
    public string? GetString() => ResolvedValue!.GetString();

    /// <inheritdoc/>
    public bool IsArray() => ResolvedValue!.IsArray();

    /// <inheritdoc/>
    public IList<HoconValue> GetArray() => ResolvedValue!.GetArray();

    /// <inheritdoc/>
    public bool IsObject() => ResolvedValue is not null && ResolvedValue.IsObject();

    /// <inheritdoc/>
    public HoconObject? GetObject() => ResolvedValue!.GetObject();
}
