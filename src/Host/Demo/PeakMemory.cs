using System.Globalization;

namespace ActorRlhf.Host.Demo;

/// <summary>The most memory that a process ever held.</summary>
internal static class PeakMemory
{
    /// <summary>This process's peak resident set in megabytes (10⁶ bytes), from the kernel's VmHWM; the current one where there is no /proc.</summary>
    public static double Megabytes() => Megabytes(Environment.ProcessId) ?? Environment.WorkingSet / 1e6;

    /// <summary>A process's; null where it has ended, or there is no /proc.</summary>
    public static double? Megabytes(int process)
    {
        const string field = "VmHWM:";
        try
        {
            return File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) is { } line
                ? long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024 / 1e6
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
