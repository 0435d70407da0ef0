namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>Comparison of arrays of numbers, within a tolerance relative to numbers above 1.</summary>
internal static class Close
{
    internal static void Row(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance, string name = "row")
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
            Assert.True(Math.Abs((double)expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                FormattableString.Invariant($"{name}[{i}]: expected {expected[i]}, got {actual[i]}"));
    }

    internal static void Rows(float[][] expected, float[][] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Row(expected[i], actual[i], tolerance, FormattableString.Invariant($"row {i}"));
    }

    internal static void Number(double expected, double actual, double tolerance, string name) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)),
            FormattableString.Invariant($"{name}: expected {expected}, got {actual}"));
}
