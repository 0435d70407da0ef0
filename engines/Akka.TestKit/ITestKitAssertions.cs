namespace Akka.TestKit;

/// <summary>How a test framework is told that something is not as expected.</summary>
public interface ITestKitAssertions
{
    /// <summary>Fails.</summary>
    void Fail(string format = "", params object?[] args);

    /// <summary>Fails unless it holds.</summary>
    void AssertTrue(bool condition, string format = "", params object?[] args);

    /// <summary>Fails if it holds.</summary>
    void AssertFalse(bool condition, string format = "", params object?[] args);

    /// <summary>Fails unless two values are equal.</summary>
    void AssertEqual<T>(T expected, T actual, string format = "", params object?[] args);
}

/// <summary>A test, or a probe, from which messages are sent without a sender.</summary>
public interface INoImplicitSender;
