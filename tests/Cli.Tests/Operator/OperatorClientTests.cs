using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model;
using Microsoft.AspNetCore.Builder;

namespace ActorRlhf.Cli.Tests.Operator;

[SupportedOSPlatform("linux")]
public sealed class OperatorClientTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Of_the_last_run_the_node_that_answers_is_asked()
    {
        await using var good = await ToyNode.Start("good");
        await using var stranger = await ToyNode.Start("somebody else");
        using var frozen = Frozen(out var frozenAddress);
        Known("dead", ToyNode.Nobody());
        Known("frozen", frozenAddress);
        Known("good", good.Address);
        Known("killed", stranger.Address); // whose port another program has now
        using var client = await Connect(null);
        Assert.Equal(good.Address, client.Address);
    }

    [Fact]
    public async Task What_reads_goes_on_with_another_node_when_its_own_is_gone_even_one_that_was_not_there_before()
    {
        await using var first = await ToyNode.Start("first");
        Known("first", first.Address);
        using var client = await Connect(null);
        Assert.Equal("first", (await client.GetAsync<NodeStatus>("/status", default)).Name);

        await using var second = await ToyNode.Start("second");
        Known("second", second.Address);
        await first.DisposeAsync();
        Assert.Equal("second", (await client.GetAsync<NodeStatus>("/status", default)).Name);
    }

    [Fact]
    public async Task A_node_of_the_last_run_goes_by_its_name()
    {
        await using var first = await ToyNode.Start("first");
        await using var second = await ToyNode.Start("second");
        Known("first", first.Address);
        Known("second", second.Address);
        using var client = await Connect("second");
        Assert.Equal(second.Address, client.Address);
        Assert.Contains("those are first, second", (await Refused("third")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4000/", "http://127.0.0.1:4000")]
    [InlineData("https://node-7:4000", "https://node-7:4000")]
    [InlineData("localhost:4000", "http://localhost:4000")]
    [InlineData("[::1]:4000", "http://[::1]:4000")]
    [InlineData("node-7:4000", "https://node-7:4000")]
    public void An_address_is_one_with_or_without_its_scheme(string given, string address) =>
        Assert.Equal(address, Assert.Single(NodeAddresses.Of(given, null).All).Address);

    [Theory]
    [InlineData("ftp://node-7")]
    [InlineData("http://node-7:4000/api")]
    [InlineData("http://anna@node-7:4000")]
    [InlineData("http://")]
    [InlineData("node-7")]
    public void What_is_no_address_is_refused_with_what_is_expected(string given) =>
        Assert.Contains("http://HOST:PORT", Assert.Throws<UserErrorException>(() => NodeAddresses.Of(given, null)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task When_nobody_answers_the_operator_hears_whom_was_asked_and_how_to_go_on()
    {
        Assert.Contains("rlhf up", Assert.Throws<UserErrorException>(() => NodeAddresses.Of(null, null)).Message, StringComparison.Ordinal);
        Assert.Contains("has no nodes: it has ended or was stopped", (await Refused(null)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_folder, "model"));
        Assert.Contains($"has no nodes: it is finished, and the policy is in {_folder}/model", (await Refused(null)).Message, StringComparison.Ordinal);
        Known("learner", ToyNode.Nobody());
        Assert.Equal(
            $"no node of the run in {_folder} answers (learner: nobody listens there). Is it still going? rlhf up --out {_folder} goes on with it", (await Refused(null)).Message);
        var nobody = ToyNode.Nobody();
        Assert.Equal($"no node answers at {nobody}: nobody listens there; is the run still going?", (await Refused(nobody)).Message);
    }

    [Fact]
    public async Task A_token_is_asked_for_shown_and_refused()
    {
        var (right, wrong) = (Token("right", 'a'), Token("wrong", 'b'));
        await using var node = await ToyNode.Start(network: new() { TokenFile = right });
        var none = await Shell.Run("checkpoint", "--node", node.Address);
        Assert.Equal($"rlhf: {node.Address} wants a token; give it with --token-file FILE, RLHF_TOKEN_FILE or RLHF_TOKEN\n", none.Error);
        var other = await Shell.Run("checkpoint", "--node", node.Address, "--token-file", wrong);
        Assert.Equal(1, other.Code);
        Assert.Contains("does not know this token", other.Error, StringComparison.Ordinal);
        Assert.Empty(node.Acts);
        Assert.Equal(0, (await Shell.Run("checkpoint", "--node", node.Address, "--token-file", right)).Code);
        foreach (var (name, value) in new[] { ("RLHF_TOKEN_FILE", right), ("RLHF_TOKEN", new string('a', 40)) })
        {
            using var child = Child.StartIn(_folder, [new(name, value), new("RLHF_NODE", node.Address)], "checkpoint");
            var ended = await child.End();
            Assert.True(ended.Code == 0, ended.Error);
        }

        Assert.Equal(3, node.Acts.Count);
    }

    [Fact]
    public async Task A_token_of_the_last_run_goes_to_its_nodes_alone()
    {
        var token = Token("token", 'a');
        await using var own = await ToyNode.Start("own", network: new() { TokenFile = token });
        await using var other = await ToyNode.Start("other", network: new() { TokenFile = token });
        Known("own", own.Address);
        var run = new LastRun(_folder, OperatorAccess.Of(new() { TokenFile = token }));
        foreach (var node in new[] { null, "own", own.Address })
            Assert.Equal(token, NodeAddresses.Of(node, run).Access?.TokenFile);
        Assert.Null(NodeAddresses.Of(other.Address, run).Access);
    }

    [Fact]
    public async Task A_nodes_certificate_is_checked_by_what_the_operator_trusts()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var own = Secret("node.p12", certificate.Export(X509ContentType.Pkcs12));
        await using var node = await ToyNode.Start("tls", network: new() { Certificate = own });
        var untrusted = await Shell.Run("checkpoint", "--node", node.Address);
        Assert.Equal(1, untrusted.Code);
        Assert.Contains("--trust FILE", untrusted.Error, StringComparison.Ordinal);
        var pem = Secret("node.pem", System.Text.Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()));
        var trusted = await Shell.Run("checkpoint", "--node", node.Address, "--trust", pem);
        Assert.True(trusted.Code == 0, trusted.Error);

        Known("tls", node.Address);
        using var local = await Connect(null, new() { Certificate = own });
        Assert.Equal(node.Address, local.Address);
    }

    [Fact]
    public async Task What_is_not_understood_is_of_another_version()
    {
        await using var node = await ToyNode.Start(map: application => application.MapGet("/api/odd", () => "nonsense"));
        using var client = await OperatorClient.ConnectAsync(NodeAddresses.Of(node.Address, null), new(), default);
        var error = await Assert.ThrowsAsync<UserErrorException>(() => client.GetAsync<NodeStatus>("/api/odd", default));
        Assert.Contains("use the version that the node runs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_run_is_remembered_with_files_that_hold_in_any_folder_and_no_token()
    {
        var place = Path.Combine(_folder, "state", "rlhf", "last-run.json");
        Assert.Null(LastRun.Read(place));
        LastRun.Remember("runs/up", new() { TokenFile = "token", Trust = "authority.pem" }, place);
        var run = LastRun.Read(place)!;
        Assert.Equal(Path.GetFullPath("runs/up"), run.Folder);
        Assert.Equal((Path.GetFullPath("token"), Path.GetFullPath("authority.pem"), null), (run.Access.TokenFile, run.Access.Trust, run.Access.Certificate));
        Assert.Equal(["folder", "access"], JsonDocument.Parse(File.ReadAllText(place)).RootElement.EnumerateObject().Select(each => each.Name));

        File.WriteAllText(place, "{ torn");
        Assert.Null(LastRun.Read(place));
        LastRun.Remember("runs/other", new(), Path.Combine(place, "below a file"));
    }

    private Task<OperatorClient> Connect(string? node, NetworkSettings? network = null)
    {
        var run = new LastRun(_folder, OperatorAccess.Of(network ?? new()));
        return OperatorClient.ConnectAsync(NodeAddresses.Of(node, run), run.Access, default);
    }

    private async Task<UserErrorException> Refused(string? node) => await Assert.ThrowsAsync<UserErrorException>(async () => (await Connect(node)).Dispose());

    private void Known(string name, string address) => new NodeFile(name, 1, ["learner"], address).Write(NodeFile.PathOf(_folder, name));

    private string Token(string name, char letter) => Secret(name, System.Text.Encoding.UTF8.GetBytes(new string(letter, 40) + "\n"));

    private string Secret(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    // Connections come about, by the system's doing, and nobody answers.
    private static TcpListener Frozen(out string address)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        address = $"http://{listener.LocalEndpoint}";
        return listener;
    }
}
