namespace ActorRlhf.Host.Diagnosis;

/// <summary>The shared libraries in a process, and what is to be said of its linear algebra and its thread pools.</summary>
/// <param name="Paths">The libraries' files, each once.</param>
/// <remarks>
/// Only what is really loaded counts: the loader's choice depends on alternatives, paths and what other libraries drag in. The reference BLAS is
/// twenty to thirty times slower than OpenBLAS; OpenBLAS's pthread build keeps a second pool of threads that fights OpenMP's.
/// </remarks>
public sealed record LoadedLibraries(IReadOnlyList<string> Paths)
{
    private const string Remedy = "start the program as ./rlhf, which puts OpenBLAS's OpenMP build first (Debian: apt-get install libopenblas0-openmp)";

    private static readonly string[] OpenMpRuntimes = ["libgomp", "libiomp5", "libomp"];

    /// <summary>The libraries of this process; none where the system has no <c>/proc</c>.</summary>
    public static LoadedLibraries OfThisProcess() => Parse(File.Exists("/proc/self/maps") ? File.ReadAllText("/proc/self/maps") : "");

    /// <summary>Reads a memory map.</summary>
    /// <param name="maps">The text of <c>/proc/PID/maps</c>: address, permissions, offset, device, inode and path a line.</param>
    public static LoadedLibraries Parse(string maps) => new(
    [
        .. maps.Split('\n')
            .Select(line => line.IndexOf('/', StringComparison.Ordinal) is >= 0 and var path ? line[path..] : "")
            .Where(path => Path.GetFileName(path).Contains(".so", StringComparison.Ordinal))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ]);

    /// <summary>What does the matrix products.</summary>
    public Finding JudgeBlas()
    {
        var blas = Paths.Where(path => Name(path) is "libblas" or "libcblas" || Name(path).StartsWith("libopenblas", StringComparison.Ordinal)).ToList();
        if (blas.Count == 0)
        {
            return Paths.Any(path => Name(path).StartsWith("libtorch", StringComparison.Ordinal))
                ? Finding.Ok("blas", Paths.FirstOrDefault(path => Name(path).StartsWith("libmkl", StringComparison.Ordinal)) ?? "inside libtorch")
                : Finding.Failed("blas", "no libtorch is loaded", "see the engine's line");
        }

        var value = string.Join(", ", blas);
        if (blas.Any(path => path.Contains("/openblas-pthread/", StringComparison.Ordinal)))
            return Finding.Warning("blas", $"{value}: OpenBLAS's pthread build, whose threads fight OpenMP's", Remedy);
        if (blas.Any(path => path.Contains("/openblas-serial/", StringComparison.Ordinal)))
            return Finding.Warning("blas", $"{value}: OpenBLAS's serial build, which uses one core", Remedy);
        if (blas.Any(IsReference))
            return Finding.Warning("blas", $"{value}: the reference BLAS, some thirty times slower than OpenBLAS", Remedy);
        var builds = blas.Where(path => Name(path).StartsWith("libopenblas", StringComparison.Ordinal)).ToList();
        return builds.Count > 1
            ? Finding.Warning("blas", $"{value}: {builds.Count} builds of OpenBLAS at once, each with threads of its own", Remedy)
            : Finding.Ok("blas", value);
    }

    /// <summary>Whose threads there are.</summary>
    public Finding JudgeOpenMp()
    {
        var runtimes = Paths.Where(path => OpenMpRuntimes.Contains(Name(path).Split('-')[0])).ToList();
        return runtimes.Count switch
        {
            0 => Finding.Ok("openmp", "none loaded"),
            1 => Finding.Ok("openmp", runtimes[0]),
            _ => Finding.Warning(
                "openmp",
                $"{string.Join(", ", runtimes)}: {runtimes.Count} runtimes at once, each with threads of its own",
                "remove what brings the second one (an LD_PRELOAD, another libtorch on LD_LIBRARY_PATH)"),
        };
    }

    /// <summary>Debian's libblas3 lies in a folder <c>blas</c>; elsewhere it is a plain libblas with no OpenBLAS beside it.</summary>
    private bool IsReference(string path) =>
        Name(path) is "libblas" or "libcblas"
        && (path.Contains("/blas/", StringComparison.Ordinal) || !Paths.Any(other => Name(other).StartsWith("libopenblas", StringComparison.Ordinal)));

    private static string Name(string path) => Path.GetFileName(path).Split(".so")[0];
}
