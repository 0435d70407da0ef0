using System.Collections.Concurrent;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Util;

namespace Akka.Serialization;

/// <summary>
/// A system's serializers: <c>akka.actor.serializers</c> by name, for the types of <c>akka.actor.serialization-bindings</c>. What comes from
/// elsewhere names a serializer by its number and a manifest that the serializer knows; a type's name is looked up among the types bound here and
/// nowhere else.
/// </summary>
public class Serialization
{
    private readonly ConcurrentDictionary<int, Serializer> _byId = new();
    private readonly ConcurrentDictionary<string, Serializer> _byName = new();
    private readonly ConcurrentDictionary<Type, Serializer> _bound = new();
    private readonly ConcurrentDictionary<Type, Serializer> _found = new();
    private readonly ConcurrentDictionary<string, Type> _manifests = new();

    /// <summary>The serializers of a system's configuration and setups.</summary>
    /// <exception cref="ConfigurationException">A type or a name does not exist.</exception>
    public Serialization(ExtendedActorSystem system)
    {
        System = system;
        var config = system.Settings.Config;
        foreach (var (name, type) in config.GetConfig("akka.actor.serializers")!.AsEnumerable())
        {
            var key = $"akka.actor.serializers.{name}";
            AddSerializer(name, TypeNames.Construct<Serializer>(type.GetString() ?? "", key, system));
        }

        var setup = system.Settings.Setup.Get<SerializationSetup>();
        SerializerDetails[] details = setup.HasValue ? [.. setup.Value.CreateSerializers(system)] : [];
        foreach (var detail in details) AddSerializer(detail.Alias, detail.Serializer);
        foreach (var (type, name) in config.GetConfig("akka.actor.serialization-bindings")!.AsEnumerable())
        {
            var key = $"akka.actor.serialization-bindings.\"{type}\"";
            AddSerializationMap(TypeNames.Resolve(type, key), _byName.GetValueOrDefault(name.GetString() ?? "")
                ?? throw new ConfigurationException($"{key} is {name.GetString()}, which akka.actor.serializers does not have"));
        }

        foreach (var detail in details)
        {
            foreach (var type in detail.UseFor) AddSerializationMap(type, detail.Serializer);
        }
    }

    /// <summary>The system.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>What has to go along with an object's bytes besides the serializer's number; empty for nothing.</summary>
    public static string ManifestFor(Serializer s, object msg) => s switch
    {
        SerializerWithStringManifest named => named.Manifest(msg),
        { IncludeManifest: true } => NameOf(msg.GetType()),
        _ => "",
    };

    /// <summary>The path under which other processes find a handle; empty for none.</summary>
    public static string SerializedActorPath(IActorRef actorRef) => actorRef switch
    {
        null => "",
        Nobody or IInternalActorRef { IsLocal: false } => actorRef.Path.ToSerializationFormat(),
        IInternalActorRef local => local.Path.ToSerializationFormatWithAddress(local.Provider.DefaultAddress),
        _ => actorRef.Path.ToSerializationFormat(),
    };

    /// <summary>Adds a serializer, in place of one with its name or number.</summary>
    public void AddSerializer(string name, Serializer serializer)
    {
        _byId[serializer.Identifier] = serializer;
        _byName[name] = serializer;
    }

    /// <summary>Serializes a type, and what derives from it, with a serializer.</summary>
    public void AddSerializationMap(Type type, Serializer serializer)
    {
        _bound[type] = serializer;
        _manifests[NameOf(type)] = type;
        _found.Clear();
    }

    /// <summary>Makes bytes of an object.</summary>
    public byte[] Serialize(object o) => FindSerializerFor(o).ToBinary(o);

    /// <summary>Makes an object of bytes.</summary>
    /// <exception cref="SerializationException">No serializer has the number, or none is bound to the manifest's type.</exception>
    public object Deserialize(byte[] bytes, int serializerId, string manifest)
    {
        var serializer = ById(serializerId, manifest);
        if (serializer is SerializerWithStringManifest named) return named.FromBinary(bytes, manifest);
        if (string.IsNullOrEmpty(manifest)) return serializer.FromBinary(bytes, null!);
        return _manifests.TryGetValue(Short(manifest), out var type)
            ? serializer.FromBinary(bytes, type)
            : throw new SerializationException($"the manifest \"{manifest}\" of serializer {serializerId} names no type that is bound to a serializer here");
    }

    /// <summary>The serializer of an object.</summary>
    /// <exception cref="SerializationException">There is none.</exception>
    public Serializer FindSerializerFor(object obj, string? defaultSerializerName = null) =>
        FindSerializerForType(obj?.GetType() ?? throw new SerializationException("null cannot be serialized"), defaultSerializerName);

    /// <summary>The serializer of a type: the one bound to it or to the nearest of its bases and interfaces.</summary>
    /// <exception cref="SerializationException">There is none.</exception>
    public Serializer FindSerializerForType(Type objectType, string? defaultSerializerName = null)
    {
        if (_found.TryGetValue(objectType, out var known)) return known;
        var candidates = _bound.Keys.Where(type => type.IsAssignableFrom(objectType)).ToList();
        var nearest = candidates.Find(type => !candidates.Exists(other => other != type && type.IsAssignableFrom(other)));
        var serializer = nearest is not null ? _bound[nearest] : _byName.GetValueOrDefault(defaultSerializerName ?? "");
        if (serializer is null)
        {
            throw new SerializationException(
                $"Serializer not found for type {objectType.Name}; bind {objectType} or a base of it in akka.actor.serialization-bindings or with a SerializationSetup");
        }

        if (nearest is not null) _found[objectType] = serializer;
        return serializer;
    }

    /// <summary>The handle of a path that came from elsewhere.</summary>
    public IActorRef DeserializeActorRef(string path) => System.Provider.ResolveActorRef(path);

    internal static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    /// <summary>A type's name without its assembly's version.</summary>
    private static string Short(string manifest) => string.Join(',', manifest.Split(',').Take(2));

    private Serializer ById(int id, string manifest) => _byId.GetValueOrDefault(id) ?? throw new SerializationException(
        $"Cannot find serializer with id [{id}] (manifest [{manifest}]). The most probable reason is that the configuration entry 'akka.actor.serializers' "
        + "is not in sync between the two systems.");
}
