using System.Reflection;
using System.Runtime.Serialization;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Actor.Setup;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace ActorRlhf.Actors.Tests.Protocol;

/// <summary>What goes over wires and into journals, and that it stays readable.</summary>
public sealed class ProtocolSerializerTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create(
        "protocol", ActorSystemSetup.Create(BootstrapSetup.Create(), ProtocolSerializer.Setup));

    private static readonly Dictionary<string, byte[]> _versionOne = VersionOne();

    public static TheoryData<string> Manifests => [.. ProtocolSerializer.Manifests.Values];

    private AkkaSerialization Serialization => _system.Serialization;

    public void Dispose() => _system.Terminate().Wait();

    [Theory, MemberData(nameof(Manifests))]
    public void Bytes_of_version_one_are_read(string manifest)
    {
        Assert.True(_versionOne.TryGetValue(manifest, out var bytes), $"reference/version-1.txt has no {manifest}: add its bytes where it is new");
        var serializer = Serialization.FindSerializerForType(Samples.ByManifest[manifest].GetType());
        Assert.Equal(Samples.ByManifest[manifest], Serialization.Deserialize(bytes, serializer.Identifier, manifest));
    }

    [Theory, MemberData(nameof(Manifests))]
    public void A_message_becomes_the_bytes_of_version_one(string manifest)
    {
        var serializer = Serialization.FindSerializerFor(Samples.ByManifest[manifest]);
        Assert.IsType<ProtocolSerializer>(serializer);
        Assert.Equal(manifest, AkkaSerialization.ManifestFor(serializer, Samples.ByManifest[manifest]));
        Assert.Equal(Convert.ToHexString(_versionOne[manifest]), Convert.ToHexString(serializer.ToBinary(Samples.ByManifest[manifest])));
    }

    [Fact]
    public void Every_message_of_the_protocol_that_is_no_part_of_another_has_a_manifest()
    {
        var all = typeof(ProtocolSerializer).Assembly.GetTypes().Where(type => typeof(IMessage).IsAssignableFrom(type)).ToList();
        var parts = all.SelectMany(type => Descriptor(type).Fields.InDeclarationOrder())
            .Where(field => field.FieldType == FieldType.Message).Select(field => field.MessageType.ClrType).ToHashSet();
        Assert.Equal(all.Where(type => !parts.Contains(type)).OrderBy(type => type.Name), ProtocolSerializer.Manifests.Keys.OrderBy(type => type.Name));
    }

    [Fact]
    public void No_manifest_of_version_one_has_gone() => Assert.Empty(_versionOne.Keys.Except(ProtocolSerializer.Manifests.Values));

    [Fact]
    public void An_unknown_manifest_is_an_error_that_names_it()
    {
        var serializer = Serialization.FindSerializerForType(typeof(EpisodesScored));
        var error = Assert.Throws<SerializationException>(() => Serialization.Deserialize([], serializer.Identifier, "es.scored.9"));
        Assert.Contains("\"es.scored.9\"", error.Message);
    }

    [Fact]
    public void Bytes_that_are_no_message_are_an_error_that_names_the_manifest()
    {
        var serializer = Serialization.FindSerializerForType(typeof(EpisodesScored));
        var cut = _versionOne["es.scored.1"][..^1];
        var error = Assert.Throws<SerializationException>(() => Serialization.Deserialize(cut, serializer.Identifier, "es.scored.1"));
        Assert.Contains("\"es.scored.1\"", error.Message);
    }

    [Fact]
    public void A_type_without_a_manifest_is_an_error_that_names_it()
    {
        var serializer = (ProtocolSerializer)Serialization.FindSerializerForType(typeof(EpisodesScored));
        Assert.Contains(nameof(ScoredEpisode), Assert.Throws<SerializationException>(() => serializer.Manifest(new ScoredEpisode())).Message);
    }

    private static MessageDescriptor Descriptor(Type type) =>
        (MessageDescriptor)type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    private static Dictionary<string, byte[]> VersionOne()
    {
        using var reader = new StreamReader(typeof(ProtocolSerializerTests).Assembly.GetManifestResourceStream("version-1.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(line => line[0], line => Convert.FromHexString(line[1]));
    }
}
