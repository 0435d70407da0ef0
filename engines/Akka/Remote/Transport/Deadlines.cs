namespace Akka.Remote.Transport;

/// <summary>Connections that must have got somewhere by a time, and no more of them than allowed: those that have not are closed.</summary>
/// <param name="key">The setting that says how long it may take.</param>
/// <param name="within">How long it may take.</param>
/// <param name="limit">How many may be under way; one more closes the oldest.</param>
internal sealed class Deadlines(string key, TimeSpan within, int limit)
{
    private readonly LinkedList<(Connection Connection, long At)> _pending = []; // the oldest first

    /// <summary>Watches over a connection until <see cref="Met"/> is told of it.</summary>
    public void Add(Connection connection)
    {
        Connection? oldest = null;
        lock (_pending)
        {
            if (_pending.Count >= limit)
            {
                oldest = _pending.First!.Value.Connection;
                _pending.RemoveFirst();
            }
            _pending.AddLast((connection, Environment.TickCount64 + (long)within.TotalMilliseconds));
        }
        oldest?.Close($"{limit} newer ones wait for their handshake too, as many as akka.remote.unauthenticated-connections allows");
    }

    /// <summary>The connection got there, or has ended.</summary>
    /// <returns>Whether it was in time.</returns>
    public bool Met(Connection connection)
    {
        lock (_pending)
        {
            for (var node = _pending.First; node is not null; node = node.Next)
            {
                if (node.Value.Connection == connection)
                {
                    _pending.Remove(node);
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>Closes what is late.</summary>
    public void Sweep()
    {
        List<Connection> late = [];
        lock (_pending)
        {
            for (var node = _pending.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.At <= Environment.TickCount64)
                {
                    late.Add(node.Value.Connection);
                    _pending.Remove(node);
                }
                node = next;
            }
        }
        late.ForEach(connection => connection.Close($"no handshake within the {within.TotalSeconds} s of {key}"));
    }
}
