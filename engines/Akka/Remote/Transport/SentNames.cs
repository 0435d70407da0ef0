using System.Globalization;
using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>
/// Paths and manifests that a connection's writer has sent before: they go over the wire once, a small number thereafter. The reader keeps
/// the same table (<see cref="ReceivedNames"/>); when it is full the writer tells it to begin anew.
/// </summary>
internal sealed class SentNames
{
    /// <summary>Names a table holds.</summary>
    public const int Capacity = 4096;

    /// <summary>Codes for no name, a name that follows and is not kept, one that follows and is kept, and the first that is.</summary>
    public const int None = 0, Literal = 1, Definition = 2, FirstIndex = 3;

    private readonly Dictionary<string, int> _names = [];
    private readonly Dictionary<IActorRef, int> _refs = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether the next message might not fit.</summary>
    public bool IsFull => _names.Count > Capacity - 3;

    public void Clear()
    {
        _names.Clear();
        _refs.Clear();
    }

    public void Write(FrameWriter writer, string name)
    {
        if (name.Length == 0)
            writer.WriteVarint(None);
        else if (_names.TryGetValue(name, out var index))
            writer.WriteVarint(index);
        else
            Define(writer, name);
    }

    /// <summary>Writes where an actor is: its path without the address if that is <paramref name="home"/>, with it otherwise.</summary>
    public void Write(FrameWriter writer, IActorRef actor, Address home)
    {
        if (_refs.TryGetValue(actor, out var index))
        {
            writer.WriteVarint(index);
            return;
        }
        var path = actor.Path;
        var name = path.Address.HasLocalScope || path.Address.Equals(home)
            ? path.ToStringWithoutAddress() + Uid(path)
            : path.ToSerializationFormat();
        if (name.StartsWith("/temp/", StringComparison.Ordinal)) // an Ask's, heard of once
        {
            writer.WriteVarint(Literal);
            writer.WriteString(name);
            return;
        }
        if (!_names.TryGetValue(name, out index))
            index = Define(writer, name);
        else
            writer.WriteVarint(index);
        if (_refs.Count >= Capacity) // references to one path come and go; the table of names is what the reader shares
            _refs.Clear();
        _refs[actor] = index;
    }

    private static string Uid(ActorPath path) => path.Uid == 0 ? "" : "#" + path.Uid.ToString(CultureInfo.InvariantCulture);

    private int Define(FrameWriter writer, string name)
    {
        var index = FirstIndex + _names.Count;
        writer.WriteVarint(Definition);
        writer.WriteString(name);
        _names.Add(name, index);
        return index;
    }
}
