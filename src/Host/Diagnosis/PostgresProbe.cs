using System.Globalization;
using System.Net.Sockets;

namespace ActorRlhf.Host.Diagnosis;

/// <summary>Asks whether a PostgreSQL server answers, without logging in: its protocol's SSLRequest is answered by one byte, S or N.</summary>
public static class PostgresProbe
{
    // Length 8, then the request's code: 1234 in the upper 16 bits, 5679 in the lower (PostgreSQL's documentation, "Message Formats").
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

    /// <summary>Looks at the server that libpq's own variables name: <c>PGHOST</c> and <c>PGPORT</c>.</summary>
    /// <param name="host">A host name, an address, or the folder of a Unix socket; null or empty when none is configured.</param>
    /// <param name="port">Its port as text; 5432 when null or empty.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    public static Finding Look(string? host, string? port, TimeSpan timeout)
    {
        if (string.IsNullOrEmpty(host))
            return Finding.Ok("postgresql", "not configured (PGHOST is not set); runs on this machine use SQLite");
        var number = 5432;
        if (!string.IsNullOrEmpty(port) && !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return Finding.Failed("postgresql", $"PGPORT is \"{port}\"", "set PGPORT to the server's port, or unset it for 5432");
        var place = string.Create(CultureInfo.InvariantCulture, $"{host}:{number}");
        try
        {
            return Answers(host, number, timeout)
                ? Finding.Ok("postgresql", $"{place} answers")
                : Finding.Failed("postgresql", $"{place} answers, but not as PostgreSQL does", "check PGHOST and PGPORT");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or AggregateException)
        {
            var why = e is OperationCanceledException ? $"no answer in {timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s" : e.GetBaseException().Message;
            return Finding.Failed("postgresql", $"{place}: {why}", "start the server, or check PGHOST and PGPORT (unset PGHOST to use SQLite)");
        }
    }

    private static bool Answers(string host, int port, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        using var socket = host.StartsWith('/')
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        var answer = new byte[1];
        return AskAsync().GetAwaiter().GetResult() == 1 && answer[0] is (byte)'S' or (byte)'N';

        async Task<int> AskAsync()
        {
            if (host.StartsWith('/'))
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"{host}/.s.PGSQL.{port}")), limit.Token).ConfigureAwait(false);
            else
                await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            await socket.SendAsync(SslRequest, limit.Token).ConfigureAwait(false);
            return await socket.ReceiveAsync(answer, limit.Token).ConfigureAwait(false);
        }
    }
}
