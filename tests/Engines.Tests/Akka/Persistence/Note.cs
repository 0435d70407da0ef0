using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>An event.</summary>
public sealed record Note(string Text);

/// <summary>A state.</summary>
public sealed record Pages(string[] Texts);

/// <summary>The serializer of events and states, with string manifests as the product's have. It cannot write the note "unwritable" or read "unreadable".</summary>
public sealed class NoteSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const int Number = 902;

    public const string Hocon = """
        akka.actor {
          serializers.notes = "ActorRlhf.Engines.Tests.Akka.Persistence.NoteSerializer, ActorRlhf.Engines.Tests"
          serialization-bindings {
            "ActorRlhf.Engines.Tests.Akka.Persistence.Note, ActorRlhf.Engines.Tests" = notes
            "ActorRlhf.Engines.Tests.Akka.Persistence.Pages, ActorRlhf.Engines.Tests" = notes
          }
        }
        """;

    public override int Identifier => Number;

    public override string Manifest(object o) => o is Note ? "note-1" : "pages-1";

    public override byte[] ToBinary(object obj) => obj switch
    {
        Note { Text: "unwritable" } => throw new SerializationException("this note cannot be written"),
        Note note => Encoding.UTF8.GetBytes(note.Text),
        _ => Encoding.UTF8.GetBytes(string.Join('\n', ((Pages)obj).Texts)),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return manifest switch
        {
            "note-1" when text == "unreadable" => throw new SerializationException("this note cannot be read"),
            "note-1" => new Note(text),
            "pages-1" => new Pages(text.Split('\n')),
            _ => throw new SerializationException($"\"{manifest}\" is no manifest of notes"),
        };
    }
}
