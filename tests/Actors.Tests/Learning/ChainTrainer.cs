using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Alarms;
using Google.Protobuf;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>
/// A trainer whose weights are a hash over everything that they learned from, in order, and the episodes' numbers. Checkpoints are files.
/// </summary>
/// <param name="folder">Where the checkpoints are.</param>
/// <param name="before">Called before each batch, on the learner's thread.</param>
/// <param name="alarms">The alarms that there are after a batch.</param>
internal sealed class ChainTrainer(string folder, Action<BatchFormed>? before = null, Func<BatchFormed, IReadOnlyList<Alarm>>? alarms = null) : ITrainer
{
    private byte[] _hash = [];
    private List<long> _episodes = [];

    public IReadOnlyList<Alarm> Alarms { get; private set; } = [];

    public bool IsDisposed { get; private set; }

    public static string Hash(IEnumerable<BatchFormed> batches) => Convert.ToHexString(batches.Aggregate(Array.Empty<byte>(), Next));

    /// <summary>What the newest checkpoint says: batches, hash and episodes.</summary>
    public static (long Version, string Hash, long[] Episodes) Newest(string folder)
    {
        var newest = Directory.EnumerateFiles(folder, "*.chain").Max(StringComparer.Ordinal)!;
        var lines = File.ReadAllLines(newest);
        return (long.Parse(Path.GetFileNameWithoutExtension(newest), CultureInfo.InvariantCulture), lines[0],
            [.. lines.Skip(1).Select(line => long.Parse(line, CultureInfo.InvariantCulture))]);
    }

    public long Load()
    {
        Directory.CreateDirectory(folder);
        if (!Directory.EnumerateFiles(folder, "*.chain").Any()) return 0;
        var (version, hash, episodes) = Newest(folder);
        (_hash, _episodes) = (Convert.FromHexString(hash), [.. episodes]);
        return version;
    }

    public void Steer(Steering steering, bool isPast)
    {
        if (!isPast) _hash = SHA256.HashData([.. _hash, .. Encoding.UTF8.GetBytes($"{steering.Key} = {steering.Value}")]);
    }

    public void Train(BatchFormed batch)
    {
        before?.Invoke(batch);
        _hash = Next(_hash, batch);
        _episodes.AddRange(batch.Episodes.Select(episode => episode.Episode));
        Alarms = alarms?.Invoke(batch) ?? [];
    }

    public void Checkpoint(long version)
    {
        var path = Path.Combine(folder, version.ToString("D9", CultureInfo.InvariantCulture));
        File.WriteAllLines($"{path}.part", [Convert.ToHexString(_hash), .. _episodes.Select(episode => episode.ToString(CultureInfo.InvariantCulture))]);
        File.Move($"{path}.part", $"{path}.chain", overwrite: true);
    }

    public void Dispose() => IsDisposed = true;

    // Counters are of a process's life, not of what is learned.
    private static byte[] Next(byte[] hash, BatchFormed batch) =>
        SHA256.HashData([.. hash, .. new BatchFormed(batch) { Counters = null }.ToByteArray()]);
}
