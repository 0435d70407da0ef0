using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>A PostgreSQL server of the tests' own: in a temporary folder, on a free port of the loopback interface, gone with this process however that ends.</summary>
internal sealed class PostgresServer
{
    private static readonly Lazy<PostgresServer> Shared = new(() => new PostgresServer());

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-postgres-").FullName;
    private readonly Process _server;
    private readonly string _connection;
    private int _databases;

    private PostgresServer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        // PostgreSQL refuses to run as root. The shell ends the server when the pipe from this process breaks.
        string[] user = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        if (user.Length > 0)
            Run("chown", "postgres", _folder);
        Run([.. user, $"{Programs}/initdb", "-D", $"{_folder}/data", "-A", "trust", "-U", "rlhf", "-N", "--locale=C", "-E", "UTF8"]);
        string[] start = [.. user, $"{Programs}/postgres", "-D", $"{_folder}/data", "-h", "127.0.0.1", "-p", $"{port}", "-k", _folder, "-c", "fsync=off", "-c", "max_connections=200"];
        _server = Process.Start(new ProcessStartInfo("sh", ["-c", "\"$@\" > \"$0/log\" 2>&1 < /dev/null & read end; kill -INT $!; wait; rm -rf \"$0\"", _folder, .. start]) { RedirectStandardInput = true })!;
        _connection = $"Host=127.0.0.1;Port={port};Username=rlhf;Include Error Detail=true";
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            NpgsqlConnection.ClearAllPools();
            _server.StandardInput.Close();
            _server.WaitForExit();
        };
        WaitUntilUp();
    }

    /// <summary>The server, started when it is first asked for.</summary>
    public static PostgresServer Instance => Shared.Value;

    /// <summary>Where its programs are, or null where it is not installed.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => $"{version}/bin").Where(bin => File.Exists($"{bin}/initdb")).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public string CreateDatabase()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        using var open = new NpgsqlConnection($"{_connection};Database=postgres");
        open.Open();
        using var command = new NpgsqlCommand($"CREATE DATABASE {name}", open);
        command.ExecuteNonQuery();
        return $"{_connection};Database={name}";
    }

    private void WaitUntilUp()
    {
        var time = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var open = new NpgsqlConnection($"{_connection};Database=postgres;Pooling=false");
                open.Open();
                return;
            }
            catch (NpgsqlException) when (time.Elapsed < TimeSpan.FromSeconds(60) && !_server.HasExited)
            {
                Thread.Sleep(20);
            }
            catch (NpgsqlException e)
            {
                throw new InvalidOperationException($"PostgreSQL did not start: {(File.Exists($"{_folder}/log") ? File.ReadAllText($"{_folder}/log") : "no log")}", e);
            }
        }
    }

    private static void Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {output.Result}{error}");
    }
}
