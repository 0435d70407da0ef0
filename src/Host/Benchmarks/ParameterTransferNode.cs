using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Parameters;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// One of the receiving processes of <see cref="ParameterTransfer"/>. It says where it serves, then does what each line tells it and answers with a line:
/// <c>copy PORT BYTES</c> reads bytes from a TCP port, <c>fetch ANNOUNCEMENT</c> fetches what is announced (protobuf, base64). It ends with its input.
/// </summary>
public static class ParameterTransferNode
{
    private const int Piece = 1 << 20;

    /// <summary>Does what it is told.</summary>
    /// <param name="input">Where the lines come from.</param>
    /// <param name="output">Where the answers go.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task RunAsync(TextReader input, TextWriter output, CancellationToken stop)
    {
        using var store = new ParameterStore();
        var network = ClusterNetwork.Open(new());
        await using var server = await NodeServer.StartAsync(network, routes => routes.MapParameters(store)).ConfigureAwait(false);
        using var http = network.CreateClient();
        byte[]? space = null;
        await output.WriteLineAsync(server.Address).ConfigureAwait(false);
        while (await input.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
        {
            var words = line.Split(' ');
            var answer = "done";
            if (words[0] == "copy")
            {
                var bytes = int.Parse(words[2], CultureInfo.InvariantCulture);
                if (space?.Length != bytes) space = new byte[bytes]; // the memory of a round is that of the next, as a store's is
                await Copy(int.Parse(words[1], CultureInfo.InvariantCulture), space, stop).ConfigureAwait(false);
            }
            else
            {
                var announcement = ParametersAvailable.Parser.ParseFrom(Convert.FromBase64String(words[1]));
                using var copy = store.Receive(ParameterManifest.Read(announcement));
                var report = await ParameterFetch.RunAsync(http, copy, announcement.Sources, server.Address, stop: stop).ConfigureAwait(false);
                answer = report.Chunks.Values.Sum().ToString(CultureInfo.InvariantCulture);
            }

            await output.WriteLineAsync(answer).ConfigureAwait(false);
        }
    }

    private static async Task Copy(int port, byte[] space, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, stop).ConfigureAwait(false);
        for (var at = 0; at < space.Length;)
        {
            var read = await socket.ReceiveAsync(space.AsMemory(at, Math.Min(Piece, space.Length - at)), stop).ConfigureAwait(false);
            if (read == 0) throw new EndOfStreamException($"the copy ended after {at} of {space.Length} bytes");
            at += read;
        }
    }
}
