using Akka.Actor;
using Akka.Configuration;

namespace Akka.Serialization;

/// <summary>Makes bytes of objects and objects of bytes. Its identifier goes along with the bytes.</summary>
public abstract class Serializer
{
    /// <summary>The system.</summary>
    protected readonly ExtendedActorSystem system;

    private readonly Lazy<int> _identifier;

    /// <summary>A serializer of a system.</summary>
    protected Serializer(ExtendedActorSystem system)
    {
        this.system = system;
        _identifier = new Lazy<int>(IdentifierOfConfiguration);
    }

    /// <summary>The number of this serializer; unless overridden, that of <c>akka.actor.serialization-identifiers</c>.</summary>
    public virtual int Identifier => _identifier.Value;

    /// <summary>Whether the object's type has to go along.</summary>
    public abstract bool IncludeManifest { get; }

    /// <summary>Makes bytes.</summary>
    public abstract byte[] ToBinary(object obj);

    /// <summary>Makes an object.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="type">The object's type, where it went along.</param>
    public abstract object FromBinary(byte[] bytes, Type type);

    private int IdentifierOfConfiguration()
    {
        const string Key = "akka.actor.serialization-identifiers";
        var type = GetType();
        foreach (var (name, value) in system.Settings.Config.GetConfig(Key)?.AsEnumerable() ?? [])
        {
            if (Util.TypeNames.Find(name) == type) return value.GetInt();
        }

        throw new ConfigurationException($"{Key} has no number for {type}; add \"{type.FullName}, {type.Assembly.GetName().Name}\" or override Identifier");
    }
}

/// <summary>A serializer that says with a short text of its own what the bytes are, so that types can be renamed and formats have versions.</summary>
public abstract class SerializerWithStringManifest : Serializer
{
    /// <summary>A serializer of a system.</summary>
    protected SerializerWithStringManifest(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public sealed override bool IncludeManifest => true;

    /// <summary>Says what an object's bytes are.</summary>
    public abstract string Manifest(object o);

    /// <summary>Makes an object.</summary>
    public abstract object FromBinary(byte[] bytes, string manifest);

    /// <inheritdoc/>
    public sealed override object FromBinary(byte[] bytes, Type type) => FromBinary(bytes, Serialization.NameOf(type));
}

/// <summary>Bytes as they are.</summary>
public sealed class ByteArraySerializer(ExtendedActorSystem system) : Serializer(system)
{
    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => (byte[])obj;

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => bytes;
}
