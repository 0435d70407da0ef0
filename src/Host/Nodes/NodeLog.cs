using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Nodes;

/// <summary>A node's log: a line each, with the time, in a text writer, as text or as JSON. What is logged after it is disposed is lost, and what cannot be written, such as to a full disk.</summary>
/// <param name="writer">Where lines go; disposed with the log.</param>
/// <param name="least">The lowest level that is logged.</param>
/// <param name="format">What it looks like.</param>
/// <param name="node">The node's name, for JSON; null for none.</param>
public sealed class NodeLog(TextWriter writer, LogLevel least = LogLevel.Information, LogFormat format = LogFormat.Text, string? node = null) : ILoggerProvider
{
    private readonly Lock _lock = new();
    private bool _isDisposed;
    private int _lost;
    private string _obstacle = "";
    private TaskCompletionSource? _more;

    /// <summary>The file that it is appended to; null where it goes elsewhere.</summary>
    public string? Path { get; private init; }

    /// <summary>Whether nothing more will be logged.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock) return _isDisposed;
        }
    }

    /// <summary>Done when something is logged after this was asked for, or the log is closed.</summary>
    public Task More
    {
        get
        {
            lock (_lock) return _isDisposed ? Task.CompletedTask : (_more ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>A log that is appended to a file, in a folder that is made where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">What it looks like; null for text.</param>
    /// <param name="node">The node's name; null for none.</param>
    public static NodeLog ToFile(string path, LogSettings? settings = null, string? node = null)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return new NodeLog(new StreamWriter(path, append: true) { AutoFlush = true }, format: settings?.Format ?? LogFormat.Text, node: node) { Path = System.IO.Path.GetFullPath(path) };
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            try
            {
                writer.Dispose();
            }
            catch (IOException)
            {
                // what is left of it cannot be written either
            }

            Tell();
        }
    }

    private bool IsEnabled(LogLevel level) => level >= least && level != LogLevel.None;

    private void Write<TState>(LogLevel level, string category, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var entry = Entry(level, category, state, exception, formatter);
        lock (_lock)
        {
            if (_isDisposed) return;
            try
            {
                if (_lost > 0) writer.WriteLine(Loss());
                writer.WriteLine(entry);
                _lost = 0;
            }
            catch (IOException e)
            {
                _lost++; // a full disk is what somebody has just tried to say
                _obstacle = e.Message;
            }

            Tell();
        }
    }

    private string Entry<TState>(LogLevel level, string category, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => format == LogFormat.Json
        ? LogLine.Json(node, level, category, state, exception, formatter)
        : LogLine.Text(level, category, state, exception, formatter);

    private string Loss() => Entry(
        LogLevel.Error, nameof(NodeLog), string.Create(CultureInfo.InvariantCulture, $"{_lost} entries could not be written: {_obstacle}"), null, (text, _) => text);

    private void Tell()
    {
        _more?.TrySetResult();
        _more = null;
    }

    private sealed class Category(NodeLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(logLevel, name, state, exception, formatter);
        }
    }
}
