using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(-0.054, "-0.05")]
    [InlineData(1.2345, "1.23")]
    [InlineData(9.996, "10.0")]
    [InlineData(23.53, "23.5")]
    [InlineData(99.96, "100")]
    [InlineData(12_345, "12,345")]
    [InlineData(123_456_789, "1.2e8")]
    [InlineData(0.000175, "1.8e-4")]
    [InlineData(-0.0099, "-9.9e-3")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void A_number_has_the_digits_that_matter(double value, string text) => Assert.Equal(text, NumberText.Of(value));
}
