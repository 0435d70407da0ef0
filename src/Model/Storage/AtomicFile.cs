using System.Text;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// Writes files so that a reader sees the old content or all of the new, whenever the process or the machine stops: the content goes to a
/// temporary file beside the target, is flushed to the device, and takes the target's name in one rename.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes a file through a stream.</summary>
    /// <param name="path">The target; replaced when it exists. Its directory must exist.</param>
    /// <param name="write">Writes the content. When it throws, the target is untouched and the temporary file removed.</param>
    /// <exception cref="IOException">The device is full or fails.</exception>
    public static void Write(string path, Action<Stream> write) => Replace(path, write).Dispose();

    /// <summary>Writes a file and keeps it open, to be read and written further; others may read it. Who has the file open that it replaces keeps that one.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    /// <returns>The file, after what was written; its name is not the target's.</returns>
    public static FileStream Replace(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        var temporary = TemporaryName.Beside(path);
        FileStream? stream = null;
        try
        {
            // An open stream is a lock that ends with this process: it tells Clean that the write is still going on.
            stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: true);
            File.Move(temporary, path, overwrite: true);
            DirectoryHandle.Sync(Path.GetDirectoryName(path)!);
            return stream;
        }
        catch
        {
            stream?.Dispose();
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes a text file in UTF-8 without a byte order mark.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes temporary files that writes to this directory left behind when their process was killed; those in use stay.</summary>
    public static void Clean(string directory)
    {
        foreach (var leftover in Directory.EnumerateFiles(directory, TemporaryName.Pattern))
        {
            try
            {
                using var unlocked = new FileStream(leftover, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(leftover);
            }
            catch (IOException)
            {
                // Locked: its writer lives. Gone: its writer finished.
            }
        }
    }
}
