using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Npgsql;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>
/// A PostgreSQL server in a temporary folder, on a free port of the loopback interface, that a test may stop and start; gone with this process however that ends.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PostgresServer : IDisposable
{
    private const int QuitNow = 3; // SIGQUIT, PostgreSQL's immediate shutdown: no checkpoint, recovery at the next start
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-postgres-").FullName;
    private readonly int _port;
    private Process? _server;

    /// <summary>Starts one.</summary>
    public PostgresServer()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        if (User.Length > 0) Run("chown", "postgres", _folder); // it refuses to run as root
        Run([.. User, $"{Programs}/initdb", "-D", $"{_folder}/data", "-A", "trust", "-U", "rlhf", "-N", "--locale=C", "-E", "UTF8"]);
        Start();
    }

    /// <summary>Where its programs are, or null where it is not installed.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => $"{version}/bin").Where(bin => File.Exists($"{bin}/initdb")).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    /// <summary>How to reach its database, as <c>rlhf.cluster.connection-string</c> wants it.</summary>
    public string Connection => $"Host=127.0.0.1;Port={_port};Username=rlhf;Database=postgres";

    /// <summary>Where it listens.</summary>
    public string Address => $"127.0.0.1:{_port}";

    private static string[] User => Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    /// <summary>Starts it again after <see cref="Stop"/>, and waits until it answers.</summary>
    public void Start()
    {
        string[] command = [.. User, $"{Programs}/postgres", "-D", $"{_folder}/data", "-h", "127.0.0.1", "-p", $"{_port}", "-k", _folder, "-c", "fsync=off"];
        const string script = "\"$@\" > \"$0/log\" 2>&1 < /dev/null & read end; kill -QUIT $! 2> /dev/null; wait"; // the pipe from this process breaks when that ends
        _server = Process.Start(new ProcessStartInfo("sh", ["-c", script, _folder, .. command]) { RedirectStandardInput = true, WorkingDirectory = "/" })!;
        for (var time = Stopwatch.StartNew(); !Answers(); Thread.Sleep(20))
            Assert.True(time.Elapsed < Patience && !_server.HasExited, $"PostgreSQL does not start: {File.ReadAllText($"{_folder}/log")}");
    }

    /// <summary>Stops it in the middle of whatever it does.</summary>
    public void Stop()
    {
        Child.Kill(int.Parse(File.ReadLines($"{_folder}/data/postmaster.pid").First()), QuitNow);
        _server!.StandardInput.Close();
        _server.WaitForExit();
        _server.Dispose();
        _server = null;
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Runs statements.</summary>
    public void Execute(string sql)
    {
        using var open = new NpgsqlConnection(Connection);
        open.Open();
        using var command = new NpgsqlCommand(sql, open);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_server is not null) Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private bool Answers()
    {
        try
        {
            using var open = new NpgsqlConnection($"{Connection};Pooling=false");
            open.Open();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static void Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {output.Result}{error}");
    }
}

/// <summary>A test that needs PostgreSQL's programs.</summary>
[SupportedOSPlatform("linux")]
public sealed class PostgresFactAttribute : FactAttribute
{
    /// <summary>Skips the test where they are not installed.</summary>
    public PostgresFactAttribute() => Skip = PostgresServer.Programs is null ? "PostgreSQL is not installed (Debian's package: postgresql)" : null;
}
