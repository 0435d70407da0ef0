using System.Collections;
using System.Reflection;
using ActorRlhf.Model;
using Akka.Configuration.Hocon;

namespace ActorRlhf.Host.Settings;

/// <summary>Binds HOCON values to the properties of records and collects what is wrong with them.</summary>
/// <param name="where">Says where a key stands, for an error message.</param>
internal sealed class SettingsBinder(Func<string, string> where)
{
    /// <summary>Stands for a value that could not be read; the reason is among the errors.</summary>
    private static readonly object Failed = new();

    /// <summary>What is wrong, one message each.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>The record at a dotted path below a root.</summary>
    public object ReadSection(HoconValue? root, string path, Type type)
    {
        var section = root?.GetObject();
        var walked = "";
        foreach (var key in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (section is null)
                break;
            if (section.GetKey(key) is { } value)
            {
                walked = KeyPath.Append(walked, key);
                section = Object(value, walked);
                continue;
            }

            // A section may be left out, but not misspelt.
            if (NearestName.Find(key, section.Items.Keys) is { } misspelt)
            {
                var at = KeyPath.Append(walked, misspelt);
                Error(at, $"unknown key {at}; did you mean {KeyPath.Append(walked, key)}?");
            }

            section = null;
        }

        return ReadRecord(section ?? new HoconObject(), type, null, path);
    }

    private object ReadRecord(HoconObject section, Type type, object? initial, string path)
    {
        var properties = SettingsProperty.Of(type);
        foreach (var key in section.Items.Keys.Where(key => properties.All(property => property.Key != key)))
            ErrorUnknown(key, properties, path);

        var record = initial is null ? New(type) : SettingsProperty.Copy(initial);
        var errors = Errors.Count;
        foreach (var property in properties)
        {
            var at = KeyPath.Append(path, property.Key);
            if (section.GetKey(property.Key) is { } value)
                Assign(record, property, value, at);
            else if (property.Required && initial is null)
                Error(path, $"{at} is missing and has no default; expected {Expected(property.Info.PropertyType, property.IsByteSize)}");
        }

        if (Errors.Count == errors)
            Validate(record, path);
        return record;
    }

    private void Assign(object record, SettingsProperty property, HoconValue value, string path)
    {
        var type = property.Info.PropertyType;
        if (IsNull(value) && property.Nullable)
            property.Info.SetValue(record, null);
        else if (ReadValue(value, type, property, property.Info.GetValue(record), path) is var read && read != Failed)
            property.Info.SetValue(record, read);
    }

    private object? ReadValue(HoconValue value, Type type, SettingsProperty property, object? initial, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (SettingsScalar.Is(type))
            return ReadScalar(value, type, property, path);
        if (ListElement(type) is { } element)
            return ReadList(value, type, element, property, path);
        if (DictionaryValue(type) is { } values)
            return ReadDictionary(value, values, property, path);
        if (SettingsProperty.IsRecord(type))
            return Object(value, path) is { } section ? ReadRecord(section, type, initial, path) : Failed;
        throw new ArgumentException($"{property.Info.DeclaringType}.{property.Info.Name} has the type {type}, which configuration cannot give");
    }

    private object ReadScalar(HoconValue value, Type type, SettingsProperty property, string path)
    {
        var isByteSize = property.IsByteSize;
        if (Text(value) is not { } text || SettingsScalar.Parse(text, value, type, isByteSize) is not { } read)
            return Fail(path, $"{path} = {Show(value)}; expected {SettingsScalar.Expected(type, isByteSize)}" + Suggestion(value, type));
        if (property.Range is { } range && !SettingsRange.Allows(range, read))
            return Fail(path, $"{path} = {Show(value)}; allowed: {SettingsRange.InWords(range)}");
        return read;
    }

    private object ReadList(HoconValue value, Type type, Type element, SettingsProperty property, string path)
    {
        if (!IsList(value))
            return Fail(path, $"{path} = {Show(value)}; expected a list in square brackets");
        var items = value.GetArray();
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        for (var i = 0; i < items.Count; i++)
        {
            var read = IsNull(items[i])
                ? Fail($"{path}[{i}]", $"{path}[{i}] = null; expected {Expected(element, isByteSize: false)}")
                : ReadValue(items[i], element, property, null, $"{path}[{i}]");
            if (read != Failed)
                list.Add(read);
        }

        if (type.IsAssignableFrom(list.GetType()))
            return list;
        var array = Array.CreateInstance(element, list.Count);
        list.CopyTo(array, 0);
        return array;
    }

    private object ReadDictionary(HoconValue value, Type values, SettingsProperty property, string path)
    {
        if (Object(value, path) is not { } section)
            return Failed;
        var read = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), values))!;
        foreach (var (key, item) in section.Items)
        {
            var at = KeyPath.Append(path, key);
            if (ReadValue(item, values, property, null, at) is var each && each != Failed)
                read[key] = each;
        }

        return read;
    }

    private HoconObject? Object(HoconValue value, string path)
    {
        if (value.GetObject() is { } found)
            return found;
        Error(path, $"{path} = {Show(value)}; expected a section in braces");
        return null;
    }

    private void Validate(object record, string path)
    {
        try
        {
            record.GetType().GetMethod("Validate", BindingFlags.Public | BindingFlags.Instance, Type.EmptyTypes)?.Invoke(record, null);
        }
        catch (TargetInvocationException error) when (error.InnerException is UserErrorException reason)
        {
            Error(path, path.Length == 0 ? reason.Message : $"{path}: {reason.Message}");
        }
    }

    private void ErrorUnknown(string key, IReadOnlyList<SettingsProperty> properties, string path)
    {
        var known = properties.Select(property => property.Key).ToList();
        var at = KeyPath.Append(path, key);
        var meant = NearestName.Find(key, known) is { } nearest ? $"; did you mean {nearest}?" : ";";
        Error(at, $"unknown key {KeyPath.Shorten(at)}{meant} Known keys: {string.Join(", ", known)}");
    }

    private void Error(string path, string message) => Errors.Add($"{where(path)}: {message}");

    private object Fail(string path, string message)
    {
        Error(path, message);
        return Failed;
    }

    private static object New(Type type) => type.GetConstructor(Type.EmptyTypes) is { } constructor && SettingsProperty.IsRecord(type)
        ? constructor.Invoke(null)
        : throw new ArgumentException($"{type} must be a record with a parameterless constructor to be read from configuration");

    private static string Suggestion(HoconValue value, Type type) =>
        type.IsEnum && Text(value) is { } text && NearestName.Find(text, Enum.GetNames(type).Select(KeyPath.FromName)) is { } nearest
            ? $"; did you mean {nearest}?"
            : "";

    private static string Expected(Type type, bool isByteSize)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return SettingsScalar.Is(type) ? SettingsScalar.Expected(type, isByteSize)
            : ListElement(type) is not null ? "a list in square brackets"
            : "a section in braces";
    }

    private static string Show(HoconValue value) =>
        IsNull(value) ? "null"
        : Text(value) is { } text ? KeyPath.Show(text)
        : IsList(value) ? "[ … ]"
        : value.IsObject() ? "{ … }"
        : "nothing";

    /// <summary>Whether it is the word null.</summary>
    internal static bool IsNull(HoconValue value) => value.Values switch
    {
        [HoconLiteral { Value: "null" }] or [HoconLiteral { Value: "null" }, HoconLiteral { Value: [' ' or '\t', ..] }] => true,
        [HoconSubstitution { ResolvedValue: { } target }] => IsNull(target),
        _ => false,
    };

    /// <summary>Whether it is a list, if only an empty one.</summary>
    internal static bool IsList(HoconValue value) => value.Values.Exists(element =>
        element is HoconArray || (element is HoconSubstitution { ResolvedValue: { } target } && IsList(target)));

    /// <summary>
    /// The text of a value to the letter, where Akka.NET's own getter trims even quoted text: blanks that follow a value on its line are the one
    /// thing left out.
    /// </summary>
    internal static string? Text(HoconValue value)
    {
        if (!value.IsString() || IsNull(value))
            return null;
        var pieces = value.Values;
        var blanksFollow = pieces.Count > 1 && pieces[^1] is HoconLiteral { Value: { } last } && last.AsSpan().Trim(" \t").IsEmpty;
        return string.Concat(pieces
            .Take(blanksFollow ? pieces.Count - 1 : pieces.Count)
            .Select(piece => piece is HoconSubstitution { ResolvedValue: { } target } ? Text(target) : piece.GetString()));
    }

    private static Type? ListElement(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return generic == typeof(List<>) || generic == typeof(IList<>) || generic == typeof(ICollection<>) || generic == typeof(IEnumerable<>) ||
            generic == typeof(IReadOnlyList<>) || generic == typeof(IReadOnlyCollection<>)
            ? type.GetGenericArguments()[0]
            : null;
    }

    private static Type? DictionaryValue(Type type)
    {
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return (generic == typeof(Dictionary<,>) || generic == typeof(IDictionary<,>) || generic == typeof(IReadOnlyDictionary<,>)) &&
            type.GetGenericArguments()[0] == typeof(string)
            ? type.GetGenericArguments()[1]
            : null;
    }
}
