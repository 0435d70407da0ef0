using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>A connection's names as its reader learns them, with the actors that each was resolved to.</summary>
/// <param name="resolve">The actor of a full path, or of a path without an address, which is this system's.</param>
/// <param name="peer">Whose the senders' paths without an address are.</param>
internal sealed class ReceivedNames(Func<string, IActorRef> resolve, Address peer)
{
    private readonly string _peer = peer.ToString();
    private readonly List<string> _names = [];
    private readonly List<IActorRef?> _recipients = [], _senders = [];

    public void Clear()
    {
        _names.Clear();
        _recipients.Clear();
        _senders.Clear();
    }

    /// <exception cref="ProtocolException">A number that was never given a name, or more names than a table holds.</exception>
    public string ReadName(ref FrameReader reader) => Read(ref reader, out _);

    /// <summary>The actor of this system that follows.</summary>
    /// <exception cref="ProtocolException">As for <see cref="ReadName"/>.</exception>
    public IActorRef ReadRecipient(ref FrameReader reader)
    {
        var name = Read(ref reader, out var index);
        return index < 0 ? resolve(name) : Known(_recipients, index) ?? (_recipients[index] = resolve(name));
    }

    /// <summary>The actor, most often the peer's, that follows; null where the writer had none.</summary>
    /// <exception cref="ProtocolException">As for <see cref="ReadName"/>.</exception>
    public IActorRef? ReadSender(ref FrameReader reader)
    {
        var name = Read(ref reader, out var index);
        if (name.Length == 0)
            return null;
        if (index >= 0 && Known(_senders, index) is { } known)
            return known;
        var sender = resolve(name[0] == '/' ? _peer + name : name);
        if (index >= 0)
            _senders[index] = sender;
        return sender;
    }

    // A path may come to life after a message to it was lost, and a path without a uid may live again.
    private static IActorRef? Known(List<IActorRef?> refs, int index) =>
        refs[index] is var known and (LocalActorRef { Cell.Mailbox.IsClosed: false } or RemoteActorRef) ? known : null;

    private string Read(ref FrameReader reader, out int index)
    {
        index = -1;
        switch (reader.ReadVarint())
        {
            case SentNames.None:
                return "";
            case SentNames.Literal:
                return reader.ReadString();
            case SentNames.Definition:
                if (_names.Count == SentNames.Capacity)
                    throw new ProtocolException($"more than {SentNames.Capacity} names without a new table");
                index = _names.Count;
                _names.Add(reader.ReadString());
                _recipients.Add(null);
                _senders.Add(null);
                return _names[index];
            case var code when code - SentNames.FirstIndex < _names.Count:
                index = code - SentNames.FirstIndex;
                return _names[index];
            case var code:
                throw new ProtocolException($"name {code - SentNames.FirstIndex} of {_names.Count}");
        }
    }
}
