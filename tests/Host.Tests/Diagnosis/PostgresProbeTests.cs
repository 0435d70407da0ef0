using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorRlhf.Host.Diagnosis;

namespace ActorRlhf.Host.Tests.Diagnosis;

public sealed class PostgresProbeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_host_there_is_nothing_to_reach(string? host)
    {
        var finding = PostgresProbe.Look(host, null, Patience);

        Assert.Equal(FindingState.Ok, finding.State);
        Assert.StartsWith("not configured", finding.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('N', FindingState.Ok, "answers")]
    [InlineData('S', FindingState.Ok, "answers")]
    [InlineData('H', FindingState.Failed, "not as PostgreSQL does")]
    public async Task A_server_is_known_by_its_answer_to_an_ssl_request(char answer, FindingState state, string said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            var request = new byte[8];
            await client.GetStream().ReadExactlyAsync(request);
            await client.GetStream().WriteAsync(new[] { (byte)answer });
            return request;
        });

        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var finding = PostgresProbe.Look("127.0.0.1", port, Patience);

        Assert.Equal("0000000804D2162F", Convert.ToHexString(await asked)); // 80877103, as the protocol's documentation gives it
        Assert.Equal(state, finding.State);
        Assert.Contains(said, finding.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_is_a_failure_with_its_remedy()
    {
        using var folder = new TemporaryFolder();
        var finding = PostgresProbe.Look(folder.Path, "5433", Patience);

        Assert.Equal(FindingState.Failed, finding.State);
        Assert.StartsWith($"{folder.Path}:5433: ", finding.Value, StringComparison.Ordinal);
        Assert.Contains("PGHOST", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_never_answers_is_given_up_in_time()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(); // the system accepts the connection, nobody answers
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var finding = PostgresProbe.Look("127.0.0.1", port, TimeSpan.FromMilliseconds(50));

        Assert.Equal(FindingState.Failed, finding.State);
        Assert.Contains("no answer in 0.05 s", finding.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_no_number_is_named() =>
        Assert.Equal("PGPORT is \"http\"", PostgresProbe.Look("127.0.0.1", "http", Patience).Value);
}
