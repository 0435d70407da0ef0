using System.Runtime.InteropServices;

namespace ActorRlhf.Host.Chaos;

/// <summary>Signals to processes.</summary>
internal static partial class Signal
{
    /// <summary>SIGKILL: the process ends where it stands.</summary>
    public const int Kill = 9;

    /// <summary>SIGCONT: it goes on.</summary>
    public const int Continue = 18;

    /// <summary>SIGSTOP: it stands still.</summary>
    public const int Stop = 19;

    /// <summary>Sends a signal; false where there is no such process any more.</summary>
    public static bool Send(int process, int signal) => KillProcess(process, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int KillProcess(int process, int signal);
}
