using System.Collections.Concurrent;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;

namespace Akka.Remote.Transport;

/// <summary>
/// The way to one peer: a queue, and one thread that connects, writes what is queued as one send, and connects again. Messages go only
/// over connections that this end opened, so those of one sender to one recipient stay in order.
/// </summary>
/// <remarks>
/// While the peer is merely slow, or frozen, messages wait. When it cannot be reached they go to dead letters until the next attempt.
/// </remarks>
internal sealed class Association(Remoting remoting, Address address)
{
    private const int BatchLength = 64 * 1024;

    private readonly ConcurrentQueue<Outbound> _queue = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _lock = new();
    private readonly HashSet<int> _dead = [];
    private int _queued;
    private int _parked;
    private int _overflowing;
    private long _gatedUntil;
    private int _failures;
    private Thread? _writer;
    private Connection? _connection;
    private int? _uid;
    private int? _connectedTo;
    private long _heard;

    /// <summary>The peer's address.</summary>
    public Address Address => address;

    /// <summary>The peer's incarnation, once a handshake told it.</summary>
    public int? Uid
    {
        get { lock (_lock) return _uid; }
    }

    /// <summary>When the peer was last heard, in <see cref="Environment.TickCount64"/>.</summary>
    public long LastHeard => Volatile.Read(ref _heard);

    /// <summary>Whether everything was sent.</summary>
    public bool IsIdle => Volatile.Read(ref _queued) == 0;

    /// <summary>The peer is alive.</summary>
    public void Heard() => Volatile.Write(ref _heard, Environment.TickCount64);

    /// <summary>Queues something; never waits.</summary>
    public void Send(in Outbound item)
    {
        if (IsGated)
        {
            remoting.Drop(item);
            return;
        }
        if (item.Kind == FrameKind.Message && Volatile.Read(ref _queued) is var queued && queued >= remoting.Settings.OutboundQueueSize)
        {
            if (Interlocked.Exchange(ref _overflowing, 1) == 0)
            {
                remoting.Log.Warning($"{queued} messages wait for {address}, as many as akka.remote.outbound-queue-size allows; "
                    + "more go to dead letters");
            }
            remoting.Drop(item);
            return;
        }
        _queue.Enqueue(item);
        Interlocked.Increment(ref _queued); // a full fence too: the writer parks and leaves by looking at the queue last
        if (Volatile.Read(ref _writer) is null)
            StartWriter();
        else if (Volatile.Read(ref _parked) == 1)
            Wake();
    }

    /// <summary>Takes note of an incarnation that a handshake proved.</summary>
    /// <returns>Why it is refused; null lets it in.</returns>
    public string? Meet(int uid)
    {
        int? replaced;
        lock (_lock)
        {
            if (_dead.Contains(uid))
                return "it is in quarantine; only a restart makes it a new incarnation that is let in";
            Heard();
            Volatile.Write(ref _gatedUntil, 0);
            if (_uid == uid)
                return null;
            replaced = _uid;
            _uid = uid;
            if (replaced is { } old)
                _dead.Add(old);
        }
        if (replaced is { } previous)
            remoting.Ended(this, previous, $"{address} was restarted: its incarnation is {uid} now");
        return null;
    }

    /// <summary>Refuses an incarnation from now on; its restart, which has another uid, is welcome.</summary>
    /// <returns>False if it was refused already.</returns>
    public bool Quarantine(int uid)
    {
        lock (_lock)
        {
            if (!_dead.Add(uid))
                return false;
            if (_uid == uid)
                _uid = null;
        }
        return true;
    }

    /// <summary>Ends the connection to an incarnation; the next message opens another.</summary>
    public void Disconnect(int uid)
    {
        lock (_lock)
        {
            if (_connectedTo == uid)
                _connection?.Dispose();
        }
        Wake();
    }

    /// <summary>Notices that the peer has closed a connection on which nothing was written since.</summary>
    public void NoticeEnd()
    {
        if (Volatile.Read(ref _parked) == 0 || Volatile.Read(ref _connection) is not { IsClosedByPeer: true } connection)
            return;
        connection.Dispose();
        Wake();
    }

    /// <summary>Lets the writer notice what has changed.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _parked, 0) == 1)
            _wake.Release();
    }

    private void StartWriter()
    {
        lock (_lock)
        {
            if (_writer is not null)
                return;
            _writer = Remoting.Run($"to {address.HostPort()}", Run);
        }
    }

    private void Run()
    {
        while (true)
        {
            try
            {
                if (IsGated)
                    Drain();
                else if (Open() is { } connection)
                    using (connection)
                        Write(connection);
            }
            catch (Exception e) // nothing that a message or a peer does may end the way to it
            {
                remoting.Log.Error(e, $"Lost the connection to {address}");
            }
            Volatile.Write(ref _connection, null);
            if (!_queue.IsEmpty && !remoting.IsStopped)
                continue;
            Volatile.Write(ref _writer, null);
            Interlocked.MemoryBarrier();
            if (!_queue.IsEmpty && !remoting.IsStopped)
                StartWriter();
            return;
        }
    }

    private bool IsGated => Volatile.Read(ref _gatedUntil) is > 0 and var until && until > Environment.TickCount64;

    private int Drain()
    {
        var dropped = 0;
        while (_queue.TryDequeue(out var item))
        {
            Interlocked.Decrement(ref _queued);
            remoting.Drop(item);
            dropped++;
        }
        return dropped;
    }

    // A connection that may be written to; null if there is none for now, and then the queue has been emptied.
    private Connection? Open()
    {
        var connection = new Connection(new Socket(SocketType.Stream, ProtocolType.Tcp), remoting.Settings);
        lock (_lock)
            (_connection, _connectedTo) = (connection, null);
        remoting.Connecting.Add(connection);
        try
        {
            connection.Connect(address.Host!, address.Port!.Value, remoting.Settings);
            var uid = Handshake.Open(connection.Stream, remoting.Self, address, remoting.Settings.Token);
            lock (_lock)
                _connectedTo = uid;
            if (Meet(uid) is { } objection)
                throw new ProtocolException(objection);
            if (!remoting.Connecting.Met(connection))
                throw new IOException();
            _failures = 0;
            remoting.Connected(this);
            return connection;
        }
        catch (Exception e) when (e is SocketException or IOException or ProtocolException or ObjectDisposedException)
        {
            remoting.Connecting.Met(connection);
            connection.Dispose();
            var doubled = TimeSpan.FromSeconds(0.2 * Math.Pow(2, Math.Min(_failures++, 20)));
            var pause = doubled < remoting.Settings.RetryGateClosedFor ? doubled : remoting.Settings.RetryGateClosedFor;
            Volatile.Write(ref _gatedUntil, Environment.TickCount64 + (long)pause.TotalMilliseconds);
            var dropped = Drain();
            if (!remoting.IsStopped)
                remoting.Unreachable(this, connection.Reason.Length > 0 ? new ProtocolException(connection.Reason) : e, dropped, pause);
            return null;
        }
    }

    private void Write(Connection connection)
    {
        var opened = Environment.TickCount64;
        var writer = new FrameWriter(BatchLength + 16 * 1024);
        var encoder = new Encoder(remoting, address, writer);
        var taken = 0;
        try
        {
            while (!connection.IsClosed)
            {
                while (writer.Length < BatchLength && _queue.TryDequeue(out var item))
                {
                    encoder.Write(item);
                    taken++;
                }
                if (taken > 0)
                {
                    connection.Stream.Write(writer.Written);
                    writer.Clear();
                    Interlocked.Add(ref _queued, -taken);
                    taken = 0;
                    Volatile.Write(ref _overflowing, 0);
                    continue;
                }
                Interlocked.Exchange(ref _parked, 1);
                if (!_queue.IsEmpty || connection.IsClosed)
                    Interlocked.Exchange(ref _parked, 0);
                else if (remoting.IsStopped)
                    return;
                else
                    _wake.Wait();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            Interlocked.Add(ref _queued, -taken);
            if (!remoting.IsStopped)
                remoting.Log.Info($"The connection to {address} has ended, with it up to {taken} messages: {e.Message}");
        }
        if (Environment.TickCount64 - opened < 1000) // a peer that accepts and hangs up is not called without a pause
            remoting.Pause(TimeSpan.FromMilliseconds(200));
    }
}
