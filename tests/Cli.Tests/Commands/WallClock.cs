using System.Diagnostics;
using System.Runtime.Versioning;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>
/// The clock on the wall of processes that are started with <see cref="Preload"/>: a library between them and the system's, which adds what a file says. The clock that only runs
/// forwards stays as it is, as when an operator sets a machine's clock.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class WallClock
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <time.h>

        static volatile int64_t *ahead;

        __attribute__((constructor)) static void open_clock(void) {
            int file = open(getenv("RLHF_TEST_CLOCK"), O_RDONLY | O_CLOEXEC);
            void *map = file < 0 ? MAP_FAILED : mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
            if (map != MAP_FAILED) ahead = map;
        }

        int clock_gettime(clockid_t clock, struct timespec *time) {
            static int (*real)(clockid_t, struct timespec *);
            if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
            int result = real(clock, time);
            if (result == 0 && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *ahead;
            return result;
        }
        """;

    private readonly string _file;

    /// <summary>A clock that is right.</summary>
    /// <param name="folder">Where its files go.</param>
    public WallClock(string folder)
    {
        _file = Path.Combine(folder, "clock");
        var (source, library) = (Path.Combine(folder, "clock.c"), Path.Combine(folder, "clock.so"));
        File.WriteAllText(source, Source);
        using var compiler = Process.Start(new ProcessStartInfo("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]) { RedirectStandardError = true })!;
        var said = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, said);
        Ahead = TimeSpan.Zero;
        Preload = [new("LD_PRELOAD", library), new("RLHF_TEST_CLOCK", _file)];
    }

    /// <summary>Whether there is a compiler for it.</summary>
    public static bool IsPossible { get; } = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "cc")));

    /// <summary>The environment of processes that are to have it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Preload { get; }

    /// <summary>By how much it is wrong now.</summary>
    public TimeSpan Ahead
    {
        set
        {
            using var file = new FileStream(_file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            file.Write(BitConverter.GetBytes((long)value.TotalSeconds));
        }
    }
}

/// <summary>A test that sets the clocks of processes.</summary>
[SupportedOSPlatform("linux")]
public sealed class WallClockFactAttribute : FactAttribute
{
    /// <summary>Skips the test where that is not possible.</summary>
    public WallClockFactAttribute() => Skip = WallClock.IsPossible ? null : "there is no C compiler (Debian's package: gcc)";
}
