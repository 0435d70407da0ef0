using System.Net;
using System.Net.Sockets;

namespace ActorRlhf.Engines.Tests.Akka.Remote;

/// <summary>A port in front of a node's own, so that a test can cut the way to it while everybody is alive.</summary>
public sealed class Proxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _open = [];
    private bool _cut;

    public Proxy()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Target = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port to call.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The port behind it, which the node listens on.</summary>
    public int Target { get; }

    /// <summary>How many connections were refused since the last <see cref="Cut"/>.</summary>
    public int Refused { get; private set; }

    /// <summary>HOCON of the node behind it.</summary>
    public string Configuration => $"akka.remote.dot-netty.tcp {{ port = {Target}, public-port = {Port} }}";

    /// <summary>Ends every connection, with whatever is under way, and refuses others.</summary>
    public void Cut()
    {
        lock (_open)
        {
            _cut = true;
            Refused = 0;
            _open.ForEach(socket => socket.Close(0)); // with a reset
            _open.Clear();
        }
    }

    /// <summary>Lets connections through again.</summary>
    public void Restore()
    {
        lock (_open)
            _cut = false;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptSocketAsync();
                lock (_open)
                {
                    if (_cut)
                    {
                        caller.Close(0);
                        Refused++;
                        continue;
                    }
                    var called = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    _open.AddRange([caller, called]);
                    _ = ForwardAsync(caller, called);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ForwardAsync(Socket caller, Socket called)
    {
        try
        {
            await called.ConnectAsync(IPAddress.Loopback, Target);
            await Task.WhenAll(PumpAsync(caller, called), PumpAsync(called, caller));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            caller.Close(0);
            called.Close(0);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var bytes = new byte[64 * 1024];
        while (await from.ReceiveAsync(bytes) is var count and > 0)
        {
            for (var sent = 0; sent < count;)
                sent += await to.SendAsync(bytes.AsMemory(sent, count - sent));
        }
        to.Shutdown(SocketShutdown.Send);
    }
}
