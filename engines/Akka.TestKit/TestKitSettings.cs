using Akka.Actor;
using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>What <c>akka.test</c> says.</summary>
public sealed class TestKitSettings : IExtension
{
    /// <summary>Reads <c>akka.test</c>.</summary>
    public TestKitSettings(Config config)
    {
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default");
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout");
        TestTimeFactor = config.GetDouble("akka.test.timefactor");
    }

    /// <summary>How long an expectation waits outside of <c>Within</c>.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>How long a question waits.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>By what all times are multiplied.</summary>
    public double TestTimeFactor { get; }
}
