using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ActorRlhf.Host.Settings;

/// <summary>A property of a settings record as configuration sees it.</summary>
/// <param name="Key">Its key: <c>KlCoefficient</c> is <c>kl-coefficient</c>.</param>
/// <param name="Info">The property.</param>
/// <param name="Required">Whether it is <c>required</c>, so that configuration must give it.</param>
/// <param name="Nullable">Whether it may be null.</param>
/// <param name="Range">The numbers it may be, or null for any.</param>
internal sealed record SettingsProperty(string Key, PropertyInfo Info, bool Required, bool Nullable, RangeAttribute? Range)
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<SettingsProperty>> Known = new();

    /// <summary>Whether configuration may give it a size such as <c>64MiB</c>: a <c>long</c> whose name ends in <c>Bytes</c>.</summary>
    public bool IsByteSize => Info.PropertyType == typeof(long) && Info.Name.EndsWith("Bytes", StringComparison.Ordinal);

    /// <summary>Whether a type is a record class, and so a section of the configuration.</summary>
    public static bool IsRecord(Type type) => CloneMethod(type) is not null;

    /// <summary>The properties of a record that can be set, in the order they are declared, a base record's first.</summary>
    public static IReadOnlyList<SettingsProperty> Of(Type type) => Known.GetOrAdd(type, Read);

    /// <summary>A copy of a record, whose properties may then be set without another seeing it.</summary>
    public static object Copy(object record) => CloneMethod(record.GetType())!.Invoke(record, null)!;

    private static MethodInfo? CloneMethod(Type type) => type.GetMethod("<Clone>$", Type.EmptyTypes);

    private static IReadOnlyList<SettingsProperty> Read(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
                .OrderBy(property => Ancestors(property.DeclaringType))
                .ThenBy(property => property.MetadataToken)
                .Select(property => new SettingsProperty(
                    KeyPath.FromName(property.Name),
                    property,
                    property.IsDefined(typeof(RequiredMemberAttribute)),
                    nullability.Create(property).WriteState == NullabilityState.Nullable,
                    property.GetCustomAttribute<RangeAttribute>())),
        ];
    }

    private static int Ancestors(Type? type) => type is null ? 0 : 1 + Ancestors(type.BaseType);
}
