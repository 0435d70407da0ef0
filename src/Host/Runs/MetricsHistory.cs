using System.Text.Json;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Runs;

/// <summary>Reads what a <see cref="MetricsLog"/> has of a phase since a step, also while it is written. The latest records cost no more in a long log than in a short one.</summary>
public static class MetricsHistory
{
    private const long FirstLook = 1 << 16; // bytes from the end; more where that is not far enough back
    private const int Growth = 8;

    /// <summary>The records, in their order.</summary>
    /// <param name="path">The log; one that does not exist has no records.</param>
    /// <param name="phase">Of which phase.</param>
    /// <param name="after">Records of later steps only.</param>
    /// <param name="most">The most records; of more than these, evenly spread ones are taken, the first and the last among them. At least 2.</param>
    /// <exception cref="UserErrorException">A line is not a record.</exception>
    public static IReadOnlyList<MetricsRecord> Read(string path, string phase, long after, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var places = new List<(long Offset, int Length)>();
        file.Position = after < 0 ? 0 : Begin(file, phase, after);
        foreach (var (offset, _, line) in MetricsLog.Lines(file))
            if (Head(line, path) is var (step, of) && of == phase && step > after) places.Add((offset, line.Length));
        var count = Math.Min(places.Count, most);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var (offset, length) = places[count < 2 ? i : (int)((long)i * (places.Count - 1) / (count - 1))];
                var line = new byte[length];
                file.Position = offset;
                file.ReadExactly(line);
                return MetricsLog.Parse(line, path);
            }),
        ];
    }

    /// <summary>The records, in their order, one after the other: of a long log they are never all in memory.</summary>
    /// <inheritdoc cref="Read"/>
    public static IEnumerable<MetricsRecord> Since(string path, string phase, long after)
    {
        if (!File.Exists(path)) yield break;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = after < 0 ? 0 : Begin(file, phase, after);
        foreach (var (_, _, line) in MetricsLog.Lines(file))
            if (Head(line, path) is var (step, of) && of == phase && step > after) yield return MetricsLog.Parse(line, path);
    }

    // The beginning of a line before which there is nothing that is wanted.
    private static long Begin(FileStream file, string phase, long after)
    {
        for (var look = FirstLook; look < file.Length; look *= Growth)
        {
            file.Position = file.Length - look;
            foreach (var (offset, _, line) in MetricsLog.Lines(file).Skip(1)) // of the first there is only the end
            {
                if (Head(line, file.Name) is var (step, of) && of == phase && step <= after) return offset;
                break;
            }
        }

        return 0;
    }

    // Without the figures, which are most of it. What is not a record is, by the parser of whole ones, said to be none.
    private static (long Step, string Phase) Head(byte[] line, string path)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            long? step = null;
            string? phase = null;
            for (json.Read(); json.Read() && json.TokenType == JsonTokenType.PropertyName;)
            {
                var (isStep, isPhase) = (json.ValueTextEquals("step"u8), json.ValueTextEquals("phase"u8));
                json.Read();
                if (isStep) step = json.GetInt64();
                else if (isPhase) phase = json.GetString();
                else json.Skip();
                if (step is { } at && phase is not null) return (at, phase);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
        }

        var record = MetricsLog.Parse(line, path);
        return (record.Step, record.Phase);
    }
}
