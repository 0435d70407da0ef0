using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Microsoft.Data.Sqlite;
using TorchSharp;

namespace ActorRlhf.Host.Diagnosis;

/// <summary>Looks at what the program runs on.</summary>
public static class Doctor
{
    private const double GigaflopsPerCoreExpected = 10;
    private const double BandwidthExpected = 4;
    private const double DiskExpected = 2e9;
    private const double MemoryExpected = 2e9;

    /// <summary>Everything there is to look at, one after the other. A check that fails to run is a finding too; nothing is thrown.</summary>
    /// <param name="folder">Where runs are to be kept, for the disk's space.</param>
    public static IEnumerable<Finding> Examine(string folder)
    {
        foreach (var (name, check) in Checks(folder))
        {
            Finding finding;
            try
            {
                finding = check();
            }
#pragma warning disable CA1031 // a doctor that dies of the disease is no use
            catch (Exception e)
#pragma warning restore CA1031
            {
                var cause = e.GetBaseException();
                finding = Finding.Failed(name, $"{cause.GetType().Name}: {cause.Message.Split('\n')[0]}", FailureRemedy(name));
            }

            yield return finding;
        }
    }

    /// <summary>A comparison of the measured speed with what the cores should give.</summary>
    /// <param name="gigaflops">10⁹ operations a second.</param>
    /// <param name="threads">The threads that made them.</param>
    public static Finding JudgeGigaflops(double gigaflops, int threads)
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{gigaflops:0.0} GFLOP/s (float32 product of 1024 × 1024, threads: {threads})");
        return (gigaflops >= GigaflopsPerCoreExpected * threads
            ? Finding.Ok("matrix-product", value)
            : Finding.Warning("matrix-product", value, "see the blas and threads lines; if they are ok, something else uses the cores"))
            with
        { Measured = Math.Round(gigaflops, 1), Unit = "GFLOP/s" };
    }

    /// <summary>A comparison of the number of threads with the cores.</summary>
    /// <param name="threads">The threads libtorch uses.</param>
    /// <param name="cores">The cores this process may use.</param>
    /// <param name="spinCount">The value of <c>GOMP_SPINCOUNT</c>, null when not set.</param>
    public static Finding JudgeThreads(int threads, int cores, string? spinCount)
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{threads} on {cores} cores, GOMP_SPINCOUNT {spinCount ?? "not set"}");
        if (threads > cores)
            return Finding.Warning("threads", value, $"set OMP_NUM_THREADS to {cores}: more threads than cores wait for each other");
        if (threads < cores)
            return Finding.Warning("threads", value, $"set OMP_NUM_THREADS to {cores}, as ./rlhf does where it is unset");
        return spinCount is null
            ? Finding.Warning("threads", value, "start the program as ./rlhf, which sets it: without it a fifth of the training time goes to waking threads")
            : Finding.Ok("threads", value);
    }

    private static IEnumerable<(string Name, Func<Finding> Check)> Checks(string folder) =>
    [
        ("dotnet", DotNet),
        ("cpu", Cpu),
        ("memory", Memory),
        ("engine", () => Engine("engine", typeof(torch))),
        ("actor-engine", () => Engine("actor-engine", typeof(Akka.Actor.ActorSystem))),
        ("libtorch", () => Finding.Ok("libtorch", torch.__version__)),
        ("matrix-product", () => JudgeGigaflops(MachineSpeed.MatrixProductGigaflops(), torch.get_num_threads())),
        ("blas", () => LoadedLibraries.OfThisProcess().JudgeBlas()),
        ("openmp", () => LoadedLibraries.OfThisProcess().JudgeOpenMp()),
        ("threads", () => JudgeThreads(torch.get_num_threads(), Environment.ProcessorCount, Environment.GetEnvironmentVariable("GOMP_SPINCOUNT"))),
        ("memory-bandwidth", MemoryBandwidth),
        ("gpu", Gpu),
        ("sqlite", Sqlite),
        ("postgresql", () => PostgresProbe.Look(Environment.GetEnvironmentVariable("PGHOST"), Environment.GetEnvironmentVariable("PGPORT"), TimeSpan.FromSeconds(3))),
        ("disk", () => Disk(folder)),
    ];

    private static string FailureRemedy(string check) => check switch
    {
        "engine" or "libtorch" or "matrix-product" or "threads" or "gpu" =>
            "build it again with ./rlhf build; the embedded engine needs Debian's libtorch-dev, the published one the packages TorchSharp and TorchSharp-cpu",
        "actor-engine" => "build it again with ./rlhf build; the published engine needs the package Akka, the embedded one none",
        "sqlite" => "build it again with ./rlhf build; its native library comes with the package SQLitePCLRaw.bundle_e_sqlite3",
        _ => "please report this",
    };

    private static Finding DotNet() => Finding.Ok("dotnet", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");

    private static Finding Cpu()
    {
        var name = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null;
        string[] sets =
        [
            .. Avx2.IsSupported ? ["AVX2"] : Array.Empty<string>(),
            .. Fma.IsSupported ? ["FMA"] : Array.Empty<string>(),
            .. Avx512F.IsSupported ? ["AVX-512"] : Array.Empty<string>(),
            .. AdvSimd.IsSupported ? ["AdvSIMD"] : Array.Empty<string>(),
        ];
        var value = string.Create(CultureInfo.InvariantCulture, $"{name ?? "unknown model"}, {Environment.ProcessorCount} cores, {(sets.Length == 0 ? "no SIMD" : string.Join(' ', sets))}");
        return Vector256.IsHardwareAccelerated || AdvSimd.IsSupported
            ? Finding.Ok("cpu", value)
            : Finding.Warning("cpu", value, "use a processor with AVX2 (2013 or later): vector code runs several times slower here");
    }

    private static Finding Memory()
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var value = string.Create(CultureInfo.InvariantCulture, $"{total / 1e9:0.0} GB for this process");
        return total >= MemoryExpected ? Finding.Ok("memory", value) : Finding.Warning("memory", value, "the demo wants 2 GB: raise the container's limit");
    }

    private static Finding Engine(string name, Type type)
    {
        var assembly = type.Assembly.GetName();
        var isEmbedded = assembly.Name!.StartsWith("ActorRlhf.", StringComparison.Ordinal);
        return Finding.Ok(name, $"{(isEmbedded ? "embedded" : "published")} ({assembly.Name} {assembly.Version!.ToString(3)})");
    }

    private static Finding MemoryBandwidth()
    {
        var bandwidth = MachineSpeed.MemoryReadGigabytes();
        var value = string.Create(CultureInfo.InvariantCulture, $"{bandwidth:0.0} GB/s read, {Environment.ProcessorCount} threads");
        return (bandwidth >= BandwidthExpected
            ? Finding.Ok("memory-bandwidth", value)
            : Finding.Warning("memory-bandwidth", value, "something else uses the memory, or the machine is very small; decoding is bound by this"))
            with
        { Measured = Math.Round(bandwidth, 1), Unit = "GB/s" };
    }

    private static Finding Gpu()
    {
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (count > 0)
            return Finding.Ok("gpu", string.Create(CultureInfo.InvariantCulture, $"{count} CUDA {(count == 1 ? "device" : "devices")}"));
        return File.Exists("/dev/nvidiactl")
            ? Finding.Warning("gpu", "the machine has an NVIDIA GPU, but this libtorch has no CUDA", "build with RlhfCuda=true (published) or TorchDir=… of a CUDA libtorch (embedded) in the environment of ./rlhf build")
            : Finding.Ok("gpu", "none; the CPU computes");
    }

    private static Finding Sqlite()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return Finding.Ok("sqlite", connection.ServerVersion);
    }

    private static Finding Disk(string folder)
    {
        var full = Path.GetFullPath(folder);
        while (!Directory.Exists(full))
            full = Path.GetDirectoryName(full)!;
        var free = new DriveInfo(full).AvailableFreeSpace;
        var value = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:0.0} GB free at {full}");
        return free >= DiskExpected ? Finding.Ok("disk", value) : Finding.Warning("disk", value, "make room, or keep runs elsewhere with --out: the demo wants 2 GB");
    }
}
