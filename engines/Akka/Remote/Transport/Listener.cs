using System.Net;
using System.Net.Sockets;

namespace Akka.Remote.Transport;

/// <summary>The port that peers connect to.</summary>
internal sealed class Listener : IDisposable
{
    private readonly Socket _socket;
    private volatile bool _closed;

    /// <summary>Listens; port 0 takes any free one.</summary>
    /// <exception cref="RemoteTransportException">The address cannot be listened on.</exception>
    public Listener(RemoteSettings settings)
    {
        try
        {
            var ip = IPAddress.TryParse(settings.Hostname, out var parsed)
                ? parsed
                : Dns.GetHostAddresses(settings.Hostname).OrderBy(a => a.AddressFamily).First();
            _socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (ip.Equals(IPAddress.IPv6Any))
                _socket.DualMode = true; // every interface, by IPv4 too
            _socket.Bind(new IPEndPoint(ip, settings.Port));
            _socket.Listen(settings.Backlog);
            Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
            IsLoopback = IPAddress.IsLoopback(ip);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or InvalidOperationException)
        {
            _socket?.Dispose();
            throw new RemoteTransportException($"akka.remote.dot-netty.tcp: cannot listen on {settings.Hostname}:{settings.Port}: "
                + $"{e.Message}; choose another hostname or port (0 takes any free port)", e);
        }
    }

    /// <summary>The port listened on.</summary>
    public int Port { get; }

    /// <summary>Whether only this machine can connect.</summary>
    public bool IsLoopback { get; }

    /// <summary>Hands every connection over until <see cref="Dispose"/>.</summary>
    public void Run(Action<Socket> accepted, Action<Exception> failed)
    {
        while (true)
        {
            try
            {
                accepted(_socket.Accept());
            }
            catch (Exception) when (_closed)
            {
                return;
            }
            catch (Exception e) // out of file handles, say: what waits in the backlog is taken when there are some again
            {
                failed(e);
                Thread.Sleep(100);
            }
        }
    }

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
    }
}
