using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Nodes;

public sealed class ClusterNetworkTests : IDisposable
{
    private readonly NetworkFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_node_of_one_machine_needs_nothing()
    {
        var network = ClusterNetwork.Open(SettingsReader.Read<NetworkSettings>(SettingsDocument.Parse("rlhf { network { port = 4000 } }"), NetworkSettings.Section));
        Assert.Equal(("http", "127.0.0.1"), (network.Scheme, network.PublicHost));
        Assert.Equal("localhost", ClusterNetwork.Open(new() { Hostname = "localhost" }).PublicHost);
        Assert.Equal("[::1]", ClusterNetwork.Open(new() { Hostname = "::1" }).PublicHost);
    }

    [Fact]
    public void Settings_are_read_by_their_names()
    {
        var settings = SettingsReader.Read<NetworkSettings>(
            SettingsDocument.Parse(
                """
                rlhf.network {
                  hostname = 0.0.0.0, public-hostname = node-7, port = 1, http-port = 2
                  token-file = a, certificate = b, certificate-password-file = c, trust = d
                }
                """),
            NetworkSettings.Section);
        Assert.Equal(
            new NetworkSettings
            {
                Hostname = "0.0.0.0", PublicHostname = "node-7", Port = 1, HttpPort = 2,
                TokenFile = "a", Certificate = "b", CertificatePasswordFile = "c", Trust = "d",
            },
            settings);
    }

    [Theory]
    [InlineData("0.0.0.0", "node-7", "rlhf.network.hostname = 0.0.0.0")]
    [InlineData("192.168.1.7", "127.0.0.1", "rlhf.network.hostname = 192.168.1.7")]
    [InlineData("::", "node-7", "rlhf.network.hostname = ::")]
    [InlineData("10.0.0.7", null, "rlhf.network.hostname = 10.0.0.7")]
    [InlineData("fd00::7", null, "rlhf.network.hostname = fd00::7")]
    [InlineData("0.0.0.0", "127.0.0.1", "rlhf.network.hostname = 0.0.0.0")]
    [InlineData("127.0.0.1", "node-7", "rlhf.network.public-hostname = node-7")]
    [InlineData("localhost", "10.0.0.7", "rlhf.network.public-hostname = 10.0.0.7")]
    public void Where_other_machines_reach_it_a_node_wants_a_token_and_TLS_and_says_how_to_make_them(string hostname, string? publicHostname, string named)
    {
        var settings = new NetworkSettings { Hostname = hostname, PublicHostname = publicHostname };
        Refuses(settings, named, "without a token and TLS", "rlhf.network.token-file", "rlhf.network.certificate");
        Refuses(settings, "openssl rand -hex 32 > token && chmod 600 token", "openssl req -x509", "openssl pkcs12 -export");
        Refuses(settings with { TokenFile = _files.Token() }, named, "without TLS");
        Refuses(settings with { Certificate = _files.SelfSigned("a") }, named, "without a token");
        var both = settings with { TokenFile = _files.Token(), Certificate = _files.SelfSigned("a") };
        Assert.Equal("https", ClusterNetwork.Open(both with { PublicHostname = publicHostname ?? hostname }).Scheme);
    }

    [OpenSslFact]
    public async Task The_commands_that_it_says_make_what_it_wants()
    {
        var message = Assert.Throws<UserErrorException>(() => ClusterNetwork.Open(new() { Hostname = "0.0.0.0", PublicHostname = "node-7" })).Message;
        var commands = message.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("openssl ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, commands.Count);
        await Run(string.Join('\n', commands));
        Assert.False(File.Exists(_files.In("key.pem")));
        var settings = new NetworkSettings
        {
            Hostname = "0.0.0.0", PublicHostname = "127.0.0.1", TokenFile = _files.In("token"), Certificate = _files.In("node.p12"),
        };
        await using var server = await NodeServer.StartAsync(ClusterNetwork.Open(settings), _ => { });
        using var client = ClusterNetwork.Open(settings).CreateClient();
        Assert.Equal("ok", await client.GetStringAsync(server.Address + NodeGate.LivePath));
    }

    [OpenSslFact]
    public async Task The_commands_of_the_security_page_make_what_nodes_want()
    {
        var blocks = SecurityPage().Split("```sh\n").Skip(1).Select(block => block.Split("\n```")[0]).ToList();
        Assert.Equal(3, blocks.Count);
        foreach (var block in blocks) await Run(block);
        var shared = new NetworkSettings { Hostname = "0.0.0.0", PublicHostname = "node-7", TokenFile = _files.In("token"), Certificate = _files.In("node.p12") };
        var own = shared with { Certificate = _files.In("node-7.p12"), Trust = _files.In("authority.pem") };
        ClusterNetwork.Open(shared);
        ClusterNetwork.Open(own);
        ClusterNetwork.Open(own with { PublicHostname = "10.0.0.7" });
        Refuses(own with { PublicHostname = "node-8" }, "is not for node-8");
        Refuses(shared with { Trust = own.Trust }, "does not chain");
    }

    [Theory]
    [InlineData("0.0.0.0", null, "public-hostname")]
    [InlineData("no such host", null, "expected the address of an interface")]
    [InlineData("", null, "expected the address of an interface")]
    [InlineData("127.0.0.1", "http://node-7", "without scheme and port")]
    [InlineData("127.0.0.1", "node-7:4000", "without scheme and port")]
    [InlineData("127.0.0.1", "0.0.0.0", "expected the name or the address of a machine")]
    public void A_name_that_nobody_can_connect_to_is_refused(string hostname, string? publicHostname, string reason) =>
        Refuses(_files.Shared() with { Hostname = hostname, PublicHostname = publicHostname }, reason);

    [Theory]
    [InlineData("0123456789012345678901234567890", "has 31 characters; allowed: from 32")]
    [InlineData("", "has 0 characters")]
    [InlineData("a sentence of more than thirty-two letters", "has characters other than")]
    public void A_token_that_keeps_nobody_out_is_refused(string token, string reason) =>
        Refuses(new() { TokenFile = _files.Secret("token", Encoding.UTF8.GetBytes(token)) }, "rlhf.network.token-file", reason, "openssl rand -hex 32");

    [Fact]
    public void A_token_of_the_least_length_is_taken_without_the_end_of_its_line()
    {
        var network = ClusterNetwork.Open(new() { TokenFile = _files.Secret("token", Encoding.UTF8.GetBytes(new string('x', 32) + "\r\n")) });
        Assert.Equal(new string('x', 32), network.Token!.Value);
    }

    [Theory]
    [InlineData("token-file")]
    [InlineData("certificate")]
    [InlineData("certificate-password-file")]
    public void A_secret_that_others_may_read_is_refused(string key)
    {
        if (OperatingSystem.IsWindows()) return;
        var settings = _files.Shared() with { CertificatePasswordFile = _files.Secret("password", []) };
        ClusterNetwork.Open(settings);
        var path = key switch { "token-file" => settings.TokenFile!, "certificate" => settings.Certificate!, _ => settings.CertificatePasswordFile! };
        foreach (var others in new[] { UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.OtherWrite })
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
            Refuses(settings, $"rlhf.network.{key}", $"chmod 600 '{path}'");
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var missing = _files.In("missing");
        foreach (var (key, settings) in new (string, NetworkSettings)[]
        {
            ("token-file", new() { TokenFile = missing }),
            ("certificate", new() { Certificate = missing }),
            ("certificate-password-file", new() { Certificate = _files.SelfSigned("a"), CertificatePasswordFile = missing }),
            ("trust", new() { Trust = missing }),
        })
        {
            Refuses(settings, $"rlhf.network.{key}: there is no file {missing}");
        }

        Refuses(new() { TokenFile = Path.GetDirectoryName(missing) }, "rlhf.network.token-file", "is a folder");
    }

    [Fact]
    public void A_certificate_that_cannot_be_used_is_refused_with_the_reason()
    {
        var locked = _files.Pkcs12(_files.Make("locked"), "the password");
        var password = _files.Secret("password", "the password\n"u8);
        Assert.Equal("https", ClusterNetwork.Open(new() { Certificate = locked, CertificatePasswordFile = password }).Scheme);
        var wrong = _files.Secret("wrong", "another"u8);
        Refuses(new() { Certificate = locked, CertificatePasswordFile = wrong }, locked, $"the password in {wrong} opens");
        Refuses(new() { Certificate = locked }, locked, "rlhf.network.certificate-password-file");
        Refuses(new() { CertificatePasswordFile = password }, "rlhf.network.certificate-password-file is set and rlhf.network.certificate is not");
        Refuses(new() { Certificate = _files.Secret("noise", "no certificate"u8) }, "is not a PKCS#12 file");

        using var keyless = X509CertificateLoader.LoadCertificate(_files.Make("keyless").RawData);
        Refuses(new() { Certificate = _files.Pkcs12(keyless) }, "without its private key", "openssl pkcs12 -export -inkey");
        Refuses(new() { Certificate = _files.Pkcs12(_files.Make("old", validFromDay: -10, validToDay: -1)) }, "CN=old", "expired at ");
        Refuses(new() { Certificate = _files.Pkcs12(_files.Make("new", validFromDay: 1, validToDay: 10)) }, "CN=new", "is not valid before ");
    }

    [Fact]
    public void A_certificate_that_other_nodes_would_refuse_is_refused_at_home()
    {
        X509Certificate2 authority = _files.Make("authority", isAuthority: true), other = _files.Make("other", isAuthority: true);
        var own = _files.Pkcs12(_files.Make("node", authority));
        Assert.Equal("https", ClusterNetwork.Open(new() { Certificate = own, Trust = _files.Pem(authority, other) }).Scheme);
        Refuses(new() { Certificate = own, Trust = _files.Pem(other) }, "does not chain to rlhf.network.trust");
        Refuses(new() { Certificate = own, Trust = _files.Pem(authority), Hostname = "127.0.0.2" }, "is not for 127.0.0.2", "subjectAltName=IP:127.0.0.2");
        Refuses(new() { Certificate = own, Trust = _files.Secret("noise", "no certificate"u8) }, "has no certificate in PEM");
    }

    private static void Refuses(NetworkSettings settings, params string[] said)
    {
        var message = Assert.Throws<UserErrorException>(() => ClusterNetwork.Open(settings)).Message;
        Assert.All(said, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private async Task Run(string commands)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-e", "-c", "umask 022\n" + commands])
        {
            WorkingDirectory = Path.GetDirectoryName(_files.In("x"))!, RedirectStandardError = true,
        })!;
        var said = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, said);
    }

    private static string SecurityPage()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var page = Path.Combine(folder.FullName, "docs", "security.md");
            if (File.Exists(page)) return File.ReadAllText(page);
        }

        throw new FileNotFoundException($"docs/security.md is in no folder above {AppContext.BaseDirectory}");
    }

    private sealed class OpenSslFactAttribute : FactAttribute
    {
        public OpenSslFactAttribute()
        {
            var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
            if (OperatingSystem.IsWindows() || !folders.Any(folder => File.Exists(Path.Combine(folder, "openssl")))) Skip = "needs openssl";
        }
    }
}
