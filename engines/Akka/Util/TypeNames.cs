using System.Reflection;
using Akka.Configuration;

namespace Akka.Util;

/// <summary>
/// Finds the types that a configuration names. What the published packages spread over assemblies named Akka and Akka.* is in this one and in
/// Akka.Hosting's here, so their names are looked up there first.
/// </summary>
internal static class TypeNames
{
    /// <exception cref="ConfigurationException">There is no such type.</exception>
    public static Type Resolve(string name, string key) =>
        Find(name) ?? throw new ConfigurationException($"{key} names the type {name}, which does not exist; give its full name and assembly");

    /// <summary>An instance of a type that a configuration names.</summary>
    /// <exception cref="ConfigurationException">There is no such type, or it is none of <typeparamref name="T"/>.</exception>
    public static T Construct<T>(string name, string key, params object[] arguments)
    {
        var type = Resolve(name, key);
        if (!typeof(T).IsAssignableFrom(type)) throw new ConfigurationException($"{key} names the type {name}, which is no {typeof(T).Name}");
        return (T)Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }

    public static Type? Find(string name)
    {
        var comma = name.IndexOf(',');
        var own = (comma < 0 ? name : name[..comma]).Trim();
        return typeof(TypeNames).Assembly.GetType(own) ?? Type.GetType($"{own}, ActorRlhf.Engines.Akka.Hosting") ?? Type.GetType(name);
    }
}
