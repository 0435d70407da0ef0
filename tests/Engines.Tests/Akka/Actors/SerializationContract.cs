using System.Collections.Immutable;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class SerializationContract : IDisposable
{
    private readonly ExtendedActorSystem _system = (ExtendedActorSystem)ActorSystem.Create("serialization", ActorSystemSetup.Create(
        BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString($$"""
            akka.actor {
              serializers.configured = "{{typeof(PlaceSerializer).FullName}}, {{typeof(PlaceSerializer).Assembly.GetName().Name}}"
              serialization-bindings."{{typeof(Place).FullName}}, {{typeof(Place).Assembly.GetName().Name}}" = configured
              serialization-identifiers."{{typeof(PlaceSerializer).FullName}}, {{typeof(PlaceSerializer).Assembly.GetName().Name}}" = 1001
            }
            """)),
        SerializationSetup.Create(given => [SerializerDetails.Create("given", new NoteSerializer(given), ImmutableHashSet.Create(typeof(INote)))])));

    public void Dispose() => _system.Dispose();

    [Fact]
    public void A_serializer_of_the_configuration_serializes_the_types_bound_to_it()
    {
        var serializer = _system.Serialization.FindSerializerFor(new Place(3));

        Assert.IsType<PlaceSerializer>(serializer);
        Assert.Equal(1001, serializer.Identifier);
        Assert.Equal(new Place(3), RoundTrip(new Place(3)));
    }

    [Fact]
    public void A_serializer_of_a_setup_serializes_what_implements_an_interface_bound_to_it()
    {
        Assert.IsType<NoteSerializer>(_system.Serialization.FindSerializerForType(typeof(Note)));
        Assert.Equal(new Note("hello"), RoundTrip(new Note("hello")));
        Assert.Equal("note-1", Serialization.ManifestFor(_system.Serialization.FindSerializerFor(new Note("")), new Note("")));
    }

    [Fact]
    public void Bytes_are_serialized_without_being_asked_to()
    {
        byte[] bytes = [1, 2, 3];

        Assert.Equal(bytes, (byte[])RoundTrip(bytes));
        Assert.Equal(4, _system.Serialization.FindSerializerFor(bytes).Identifier);
    }

    [Fact]
    public void An_unknown_serializer_number_is_an_error() =>
        Assert.Throws<SerializationException>(() => _system.Serialization.Deserialize([], 987_654, "anything"));

    [Fact]
    public void A_handle_is_found_by_its_serialized_path()
    {
        var actor = _system.ActorOf(Props.Empty, "found");

        Assert.Equal(actor, _system.Serialization.DeserializeActorRef(Serialization.SerializedActorPath(actor)));
    }

    private object RoundTrip(object original)
    {
        var serializer = _system.Serialization.FindSerializerFor(original);
        return _system.Serialization.Deserialize(serializer.ToBinary(original), serializer.Identifier, Serialization.ManifestFor(serializer, original));
    }

    private interface INote;

    private sealed record Place(byte Number);

    private sealed record Note(string Text) : INote;

    private sealed class PlaceSerializer(ExtendedActorSystem system) : Serializer(system)
    {
        public override bool IncludeManifest => true;

        public override byte[] ToBinary(object obj) => [((Place)obj).Number];

        public override object FromBinary(byte[] bytes, Type type)
        {
            Assert.Equal(typeof(Place), type);
            return new Place(bytes[0]);
        }
    }

    private sealed class NoteSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        public override int Identifier => 1002;

        public override string Manifest(object o) => "note-1";

        public override byte[] ToBinary(object obj) => Encoding.UTF8.GetBytes(((Note)obj).Text);

        public override object FromBinary(byte[] bytes, string manifest)
        {
            Assert.Equal("note-1", manifest);
            return new Note(Encoding.UTF8.GetString(bytes));
        }
    }
}
