using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>Makes a <see cref="Config"/> from HOCON text.</summary>
public class ConfigurationFactory
{
    /// <summary>A configuration without keys.</summary>
    public static Config Empty => ParseString("");

    /// <summary>Parses HOCON text that includes nothing.</summary>
    /// <exception cref="FormatException">
    /// The text is not HOCON (the message gives line and column), or a substitution has no target.
    /// </exception>
    /// <exception cref="ConfigurationException">An unquoted value contains <c>=</c> or <c>:</c>, or the text includes another.</exception>
    public static Config ParseString(string hocon) => ParseString(hocon, null);

    /// <summary>Parses HOCON text; <paramref name="includeCallback"/> is asked for what <c>include "name"</c> means.</summary>
    /// <exception cref="FormatException">
    /// The text is not HOCON (the message gives line and column), or a substitution has no target.
    /// </exception>
    /// <exception cref="ConfigurationException">
    /// An unquoted value contains <c>=</c> or <c>:</c>, or an include has no callback to go to.
    /// </exception>
    public static Config ParseString(string hocon, Func<string, HoconRoot>? includeCallback) =>
        new(Parser.Parse(hocon, includeCallback));

    /// <summary>The defaults of the engine's core.</summary>
    public static Config Default() => FromResource("Actor/reference.conf");

    /// <summary>The defaults that a part of the engine has among its resources.</summary>
    internal static Config FromResource(string name)
    {
        using var reader = new StreamReader(typeof(ConfigurationFactory).Assembly.GetManifestResourceStream(name)
            ?? throw new ConfigurationException($"the engine has no resource {name}"));
        return ParseString(reader.ReadToEnd());
    }
}
