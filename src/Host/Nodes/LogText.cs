using Akka.Event;

namespace ActorRlhf.Host.Nodes;

/// <summary>What is logged, in words.</summary>
internal static class LogText
{
    /// <summary>A message without what a log line has anyway: time, level, stack trace. One of an actor system begins with who logged it.</summary>
    public static string Of<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        state is LogEvent logged ? $"{logged.LogSource}: {logged.Message}" : formatter(state, exception);

    /// <inheritdoc cref="Of"/>
    /// <remarks>Who logged it is left out.</remarks>
    public static string Plain<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        state is LogEvent logged ? $"{logged.Message}" : formatter(state, exception);
}
