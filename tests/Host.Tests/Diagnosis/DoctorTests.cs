using ActorRlhf.Host.Diagnosis;

namespace ActorRlhf.Host.Tests.Diagnosis;

public sealed class DoctorTests
{
    [Fact]
    public void Everything_is_looked_at_once_and_what_is_not_ok_has_its_remedy()
    {
        using var folder = new TemporaryFolder();
        var findings = Doctor.Examine(folder.In("runs/new")).ToList();

        Assert.Equal(
            ["dotnet", "cpu", "memory", "engine", "actor-engine", "libtorch", "matrix-product", "blas", "openmp", "threads", "memory-bandwidth", "gpu", "sqlite", "postgresql", "disk"],
            findings.Select(finding => finding.Name));
        Assert.All(findings, finding => Assert.Equal(finding.State == FindingState.Ok, finding.Remedy is null));
        Assert.All(
            findings.Where(finding => finding.Name is "dotnet" or "engine" or "actor-engine" or "libtorch" or "matrix-product" or "sqlite" or "disk"),
            finding => Assert.NotEqual(FindingState.Failed, finding.State));
    }

    [Fact]
    public void Speeds_are_positive_and_below_what_any_machine_reaches()
    {
        Assert.InRange(MachineSpeed.MatrixProductGigaflops(size: 128), 0.01, 1e6);
        Assert.InRange(MachineSpeed.MemoryReadGigabytes(bytes: 8 << 20), 0.01, 1e5);
    }

    [Theory]
    [InlineData(125, 2, FindingState.Ok)]
    [InlineData(4, 2, FindingState.Warning)]
    [InlineData(19.9, 2, FindingState.Warning)]
    public void A_slow_matrix_product_is_a_warning(double gigaflops, int threads, FindingState expected)
    {
        var finding = Doctor.JudgeGigaflops(gigaflops, threads);

        Assert.Equal(expected, finding.State);
        Assert.Equal((gigaflops, "GFLOP/s"), (finding.Measured, finding.Unit));
    }

    [Theory]
    [InlineData(2, 2, "10000", FindingState.Ok, null)]
    [InlineData(4, 2, "10000", FindingState.Warning, "set OMP_NUM_THREADS to 2")]
    [InlineData(1, 2, "10000", FindingState.Warning, "set OMP_NUM_THREADS to 2, as")]
    [InlineData(2, 2, null, FindingState.Warning, "./rlhf")]
    public void Threads_are_compared_with_cores(int threads, int cores, string? spinCount, FindingState expected, string? remedy)
    {
        var finding = Doctor.JudgeThreads(threads, cores, spinCount);

        Assert.Equal(expected, finding.State);
        Assert.Equal(remedy is null, finding.Remedy is null);
        Assert.Contains(remedy ?? "", finding.Remedy ?? "", StringComparison.Ordinal);
    }
}
