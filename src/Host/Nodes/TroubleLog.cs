using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Nodes;

/// <summary>Remembers the last warnings and errors that were logged, for an operator who asks how a node is.</summary>
internal sealed class TroubleLog : ILoggerProvider
{
    private const int Kept = 20;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();

    /// <summary>The last of them, a line each with its time, the latest last.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock) return [.. _lines];
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Category(this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Add(string message, Exception? exception)
    {
        var text = exception is null || message.Contains(exception.Message, StringComparison.Ordinal) ? message : $"{message} ({exception.Message})";
        var line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss'Z'} {text.ReplaceLineEndings(" ")}");
        lock (_lock)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Kept) _lines.Dequeue();
        }
    }

    private sealed class Category(TroubleLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Add(LogText.Plain(state, exception, formatter), exception);
        }
    }
}
