using System.Text;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Nodes;

/// <summary>Reads small files that a setting of the network names. What is secret must be so on the disk too.</summary>
internal static class SecretFile
{
    private const int MostBytes = 1 << 20;

    private const UnixFileMode OthersAccess =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Where a setting of the network stands, such as <c>rlhf.network.token-file</c>.</summary>
    public static string Key(string name) => $"{NetworkSettings.Section}.{name}";

    /// <summary>The bytes of a file that nobody but its owner may read.</summary>
    /// <param name="key">The setting that names it.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">It cannot be read, or others can.</exception>
    public static byte[] Read(string key, string path) => Read(key, path, isSecret: true);

    /// <summary>The bytes of a file that anybody may read.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static byte[] ReadPublic(string key, string path) => Read(key, path, isSecret: false);

    /// <summary>The text of a file that nobody but its owner may read, without what ends its line.</summary>
    /// <exception cref="UserErrorException">It cannot be read, others can, or it is not UTF-8.</exception>
    public static string ReadLine(string key, string path)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Read(key, path)).TrimEnd('\n', '\r');
        }
        catch (DecoderFallbackException error)
        {
            throw new UserErrorException($"{key}: {path} is not text in UTF-8", error);
        }
    }

    private static byte[] Read(string key, string path, bool isSecret)
    {
        if (Directory.Exists(path)) throw new UserErrorException($"{key}: {path} is a folder; expected a file");
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            if (isSecret && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & OthersAccess) != 0)
                throw new UserErrorException($"{key}: {path} is a secret that others than its owner may read or change; run: chmod 600 '{path}'");
            var bytes = new byte[MostBytes + 1];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count <= MostBytes ? bytes[..count] : throw new UserErrorException($"{key}: {path} has more than {MostBytes} bytes; is it the right file?");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{key}: there is no file {path}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{key}: {path} cannot be read: {error.Message}", error);
        }
    }
}
