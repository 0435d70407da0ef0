using ActorRlhf.Model;
using Akka.Configuration;

namespace ActorRlhf.Host.Settings;

/// <summary>
/// Turns a section of a configuration into a typed record. Keys are the property names in kebab case. A key that is absent leaves the
/// property's initializer in force; a <c>required</c> property must be given. Nested records are sections and keep what their initializer
/// says where the section is silent; lists and dictionaries are replaced as a whole. A <c>long</c> whose name ends in <c>Bytes</c> takes sizes
/// such as <c>64MiB</c>. <see cref="System.ComponentModel.DataAnnotations.RangeAttribute"/> bounds numbers and durations, and each number
/// of a list. A record with a public <c>Validate()</c>, which throws a <see cref="UserErrorException"/>, has it called.
/// </summary>
public static class SettingsReader
{
    /// <summary>Reads the section at <paramref name="path"/> of a document.</summary>
    /// <typeparam name="T">A record with a parameterless constructor.</typeparam>
    /// <param name="document">The document; errors name its file and the line.</param>
    /// <param name="path">The section's dotted path; empty for the whole document.</param>
    /// <exception cref="UserErrorException">
    /// Keys are unknown or missing, or values are of the wrong type or out of range: all of them in one message.
    /// </exception>
    public static T Read<T>(SettingsDocument document, string path)
        where T : class => Read<T>(document.Config, path, document.Name, key => document.Find(key)?.ToString());

    /// <summary>Reads the section at <paramref name="path"/> of a configuration that comes from no file.</summary>
    /// <typeparam name="T">A record with a parameterless constructor.</typeparam>
    /// <param name="config">The configuration.</param>
    /// <param name="path">The section's dotted path; empty for the whole configuration.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="UserErrorException">As for the other overload.</exception>
    public static T Read<T>(Config config, string path, string name = "configuration")
        where T : class => Read<T>(config, path, name, _ => null);

    private static T Read<T>(Config config, string path, string name, Func<string, string?> find)
        where T : class
    {
        var binder = new SettingsBinder(key => find(key) ?? name);
        var record = binder.ReadSection(config.Root, path, typeof(T));
        if (binder.Errors.Count == 0)
            return (T)record;
        throw new UserErrorException(binder.Errors.Count == 1
            ? binder.Errors[0]
            : $"{name} has {binder.Errors.Count} errors:\n" + string.Join('\n', binder.Errors.Select(error => "  " + error)));
    }
}
