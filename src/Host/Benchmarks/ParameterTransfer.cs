using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Parameters;
using ActorRlhf.Model;
using Google.Protobuf;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// How fast a version gets to several processes of this machine. In turns, a round of plain TCP copies (this process sends the same memory to each of them over a
/// connection of its own; nobody checks anything) and a round of fetches as a run does them. A round's time is that from the word to begin until all have everything.
/// Every round of fetches has new contents. Three go before those that count: a store that keeps two versions takes new memory for the first three, and that of older
/// ones from then on; a plain copy always goes where the last one went.
/// </summary>
public sealed record ParameterTransfer
{
    private const int Piece = 1 << 20;
    private const int WarmUp = 3;

    /// <summary>Bytes of a version.</summary>
    public required int Bytes { get; init; }

    /// <summary>Processes that get it.</summary>
    public required int Processes { get; init; }

    /// <summary>Rounds of each kind.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Starts a process that runs <see cref="ParameterTransferNode"/> on its standard input and output.</summary>
    public required Func<Process> Start { get; init; }

    /// <summary>Measures.</summary>
    /// <param name="progress">Is told of each round.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">A process ended or failed.</exception>
    public async Task<ParameterTransferResult> RunAsync(Action<string> progress, CancellationToken stop)
    {
        var load = Load();
        using var store = new ParameterStore();
        await using var server = await NodeServer.StartAsync(ClusterNetwork.Open(new()), routes => routes.MapParameters(store)).ConfigureAwait(false);
        var nodes = new List<Process>();
        try
        {
            for (var i = 0; i < Processes; i++) nodes.Add(Start());
            var addresses = await Task.WhenAll(nodes.Select(node => Answer(node, stop))).ConfigureAwait(false);
            var content = new byte[Bytes];
            new Random(1).NextBytes(content);
            var (copies, fetches, uploads, chunks) = (new List<double>(), new List<double>(), 0L, 0);
            for (var round = 0; round < WarmUp + Rounds; round++)
            {
                var copy = await Copy(nodes, content, stop).ConfigureAwait(false);
                var (fetch, uploaded, checkedChunks) = await Fetch(nodes, [server.Address, .. addresses], store, content, round + 1, stop).ConfigureAwait(false);
                if (round < WarmUp) continue;
                progress(FormattableString.Invariant($"round {round - WarmUp + 1} of {Rounds}: plain copies {copy:0.00} s, fetch {fetch:0.00} s"));
                copies.Add(copy);
                fetches.Add(fetch);
                (uploads, chunks) = (Math.Max(uploads, uploaded), checkedChunks);
            }

            return new ParameterTransferResult
            {
                Megabytes = Bytes / 1e6,
                Processes = Processes,
                FetchMegabytesPerSecond = PerSecond(fetches),
                CopyMegabytesPerSecond = PerSecond(copies),
                LearnerUploads = Math.Round((double)uploads / Bytes, 3),
                ChunksChecked = chunks,
                FetchSeconds = [.. fetches.Select(seconds => Math.Round(seconds, 3))],
                CopySeconds = [.. copies.Select(seconds => Math.Round(seconds, 3))],
                LoadBefore = load,
            };
        }
        finally
        {
            foreach (var node in nodes)
            {
                node.Kill();
                await node.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
                node.Dispose();
            }
        }
    }

    private static async Task<(double Seconds, long Uploaded, int Chunks)> Fetch(
        List<Process> nodes, string[] sources, ParameterStore store, byte[] content, int version, CancellationToken stop)
    {
        content.AsSpan(0, 16).Fill((byte)version); // so that no round's hashes or bytes are those of another
        var before = store.Uploaded;
        var manifest = store.Publish(
            "bench", version, ParameterFormat.Float32, content.Length / 4, layout: 0, (first, bytes) => content.AsSpan(checked((int)(first * 4)), bytes.Length).CopyTo(bytes));
        var line = "fetch " + Convert.ToBase64String(manifest.Announcement(sources).ToByteArray());
        var started = Stopwatch.GetTimestamp();
        var answers = await Tell(nodes, line, stop).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (seconds, store.Uploaded - before, answers.Sum(answer => int.Parse(answer, CultureInfo.InvariantCulture)));
    }

    private static async Task<double> Copy(List<Process> nodes, byte[] content, CancellationToken stop)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(nodes.Count);
        var line = string.Create(CultureInfo.InvariantCulture, $"copy {((IPEndPoint)listener.LocalEndPoint!).Port} {content.Length}");
        var started = Stopwatch.GetTimestamp();
        var done = Tell(nodes, line, stop);
        var sending = new List<Task>();
        for (var i = 0; i < nodes.Count; i++)
        {
            var socket = await listener.AcceptAsync(stop).ConfigureAwait(false);
            sending.Add(Task.Run(() => Send(socket, content, stop), stop));
        }

        await Task.WhenAll(sending).ConfigureAwait(false);
        await done.ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task Send(Socket socket, byte[] content, CancellationToken stop)
    {
        using (socket)
        {
            for (var at = 0; at < content.Length;)
                at += await socket.SendAsync(content.AsMemory(at, Math.Min(Piece, content.Length - at)), stop).ConfigureAwait(false);
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private static async Task<string[]> Tell(List<Process> nodes, string line, CancellationToken stop)
    {
        foreach (var node in nodes)
        {
            await node.StandardInput.WriteLineAsync(line.AsMemory(), stop).ConfigureAwait(false);
            await node.StandardInput.FlushAsync(stop).ConfigureAwait(false);
        }

        return await Task.WhenAll(nodes.Select(node => Answer(node, stop))).ConfigureAwait(false);
    }

    // A read of a pipe blocks a thread; those of the pool are the server's.
    private static async Task<string> Answer(Process node, CancellationToken stop) =>
        await Task.Factory.StartNew(node.StandardOutput.ReadLine, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(stop).ConfigureAwait(false)
        ?? throw new UserErrorException($"process {node.Id} of the benchmark ended; its message is above");

    private double PerSecond(List<double> seconds) => Math.Round(Bytes / 1e6 * Processes / seconds.Order().ElementAt(seconds.Count / 2));

    private static double? Load() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : null;
}
