using System.Globalization;

namespace ActorRlhf.Host.Demo;

/// <summary>The most memory this process ever held.</summary>
internal static class PeakMemory
{
    /// <summary>Peak resident set in megabytes (10⁶ bytes), from the kernel's VmHWM; the current one where there is no /proc.</summary>
    public static double Megabytes()
    {
        const string field = "VmHWM:";
        if (!File.Exists("/proc/self/status"))
            return Environment.WorkingSet / 1e6;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
