using System.Globalization;
using Xunit;
using Xunit.Sdk;

namespace Akka.TestKit.Xunit2;

/// <summary>xunit's assertions.</summary>
public sealed class XunitAssertions : ITestKitAssertions
{
    /// <inheritdoc/>
    public void Fail(string format = "", params object?[] args) => Assert.Fail(Format(format, args));

    /// <inheritdoc/>
    public void AssertTrue(bool condition, string format = "", params object?[] args) => Assert.True(condition, Format(format, args));

    /// <inheritdoc/>
    public void AssertFalse(bool condition, string format = "", params object?[] args) => Assert.False(condition, Format(format, args));

    /// <inheritdoc/>
    public void AssertEqual<T>(T expected, T actual, string format = "", params object?[] args)
    {
        try
        {
            Assert.Equal(expected, actual);
        }
        catch (EqualException e) when (format.Length > 0)
        {
            throw new XunitException($"{Format(format, args)}{Environment.NewLine}{e.Message}");
        }
    }

    private static string Format(string format, object?[] args) => args.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, args);
}
