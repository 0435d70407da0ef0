using System.Runtime.CompilerServices;

namespace ActorRlhf.Model.Tests.Storage;

/// <summary>A directory of a test's own, deleted with everything in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("rlhf-storage-").FullName;

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>A committed file that <c>reference/make_safetensors.py</c> made.</summary>
    public static string Reference(string name, [CallerFilePath] string source = "") =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(source)!, "reference", name);
}
