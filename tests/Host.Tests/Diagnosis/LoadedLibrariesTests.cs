using ActorRlhf.Host.Diagnosis;

namespace ActorRlhf.Host.Tests.Diagnosis;

public sealed class LoadedLibrariesTests
{
    private const string Lib = "/usr/lib/x86_64-linux-gnu";
    private const string Torch = $"{Lib}/libtorch_cpu.so.1.13";
    private const string OpenMpBlas = $"{Lib}/openblas-openmp/libblas.so.3";
    private const string OpenMpOpenBlas = $"{Lib}/openblas-openmp/libopenblasp-r0.3.21.so";
    private const string PthreadOpenBlas = $"{Lib}/openblas-pthread/libopenblasp-r0.3.21.so";
    private const string ReferenceBlas = $"{Lib}/blas/libblas.so.3.11.0";

    [Fact]
    public void A_memory_map_gives_each_library_once()
    {
        var libraries = LoadedLibraries.Parse(
            """
            55d0c0a00000-55d0c0a20000 r--p 00000000 08:01 123    /usr/bin/dotnet
            7f1c00000000-7f1c00021000 rw-p 00000000 00:00 0
            7f1c10000000-7f1c10100000 r--p 00000000 08:01 456    /usr/lib/x86_64-linux-gnu/libgomp.so.1.0.0
            7f1c10100000-7f1c10200000 r-xp 00100000 08:01 456    /usr/lib/x86_64-linux-gnu/libgomp.so.1.0.0
            7f1c20000000-7f1c20100000 r-xp 00000000 08:01 457    /opt/a folder/libtorch.so (deleted)
            7ffd5b5e0000-7ffd5b601000 rw-p 00000000 00:00 0      [stack]
            """);

        Assert.Equal(["/opt/a folder/libtorch.so (deleted)", "/usr/lib/x86_64-linux-gnu/libgomp.so.1.0.0"], libraries.Paths);
    }

    [Theory]
    [InlineData(FindingState.Ok, "openblas-openmp", Torch, OpenMpBlas, OpenMpOpenBlas)]
    [InlineData(FindingState.Ok, "inside libtorch", "/home/u/.nuget/libtorch_cpu.so")]
    [InlineData(FindingState.Ok, "/opt/mkl/libmkl_core.so.2", Torch, "/opt/mkl/libmkl_core.so.2")]
    [InlineData(FindingState.Ok, "libopenblas.so.0", Torch, "/opt/lib/libopenblas.so.0", "/opt/lib/libblas.so.3")]
    [InlineData(FindingState.Warning, "pthread", Torch, OpenMpBlas, PthreadOpenBlas)]
    [InlineData(FindingState.Warning, "pthread", Torch, $"{Lib}/openblas-pthread/libblas.so.3", PthreadOpenBlas)]
    [InlineData(FindingState.Warning, "serial", Torch, $"{Lib}/openblas-serial/libblas.so.3", $"{Lib}/openblas-serial/libopenblas-r0.3.21.so")]
    [InlineData(FindingState.Warning, "reference", Torch, ReferenceBlas)]
    [InlineData(FindingState.Warning, "reference", Torch, ReferenceBlas, OpenMpOpenBlas)]
    [InlineData(FindingState.Warning, "reference", Torch, "/opt/lib/libblas.so.3")]
    [InlineData(FindingState.Warning, "2 builds", Torch, "/opt/lib/libopenblas.so.0", "/opt/venv/libopenblas64_p-r0.3.21.so")]
    [InlineData(FindingState.Failed, "no libtorch", "/usr/lib/libc.so.6")]
    public void The_blas_is_judged_by_what_is_loaded(FindingState state, string said, params string[] paths)
    {
        var finding = new LoadedLibraries(paths).JudgeBlas();

        Assert.Equal(state, finding.State);
        Assert.Contains(said, finding.Value, StringComparison.Ordinal);
        Assert.Equal(state == FindingState.Ok, finding.Remedy is null);
    }

    [Theory]
    [InlineData(FindingState.Ok, "none")]
    [InlineData(FindingState.Ok, "libgomp.so.1.0.0", "/usr/lib/libgomp.so.1.0.0", "/usr/lib/libompi.so")]
    [InlineData(FindingState.Warning, "2 runtimes", "/usr/lib/libgomp.so.1.0.0", "/home/u/.nuget/libgomp-a34b3233.so.1")]
    [InlineData(FindingState.Warning, "2 runtimes", "/usr/lib/libgomp.so.1.0.0", "/opt/intel/libiomp5.so")]
    public void Two_openmp_runtimes_are_one_too_many(FindingState state, string said, params string[] paths)
    {
        var finding = new LoadedLibraries(paths).JudgeOpenMp();

        Assert.Equal(state, finding.State);
        Assert.Contains(said, finding.Value, StringComparison.Ordinal);
    }
}
