using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace ActorRlhf.Engines.Tests.Akka.Hosting;

public sealed class LoggingContract
{
    [Fact]
    public async Task What_actors_log_goes_to_the_hosts_loggers_with_its_level_and_cause()
    {
        var log = new Notes();
        await using var host = await HostFixture.StartAsync(
            akka => akka.ConfigureLoggers(loggers =>
            {
                loggers.LogLevel = global::Akka.Event.LogLevel.InfoLevel;
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            }),
            services => services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace)));
        var cause = new InvalidOperationException("because");

        host.System.ActorOf(Props.Create<Talker>(cause), "talker").Tell("go");

        var error = await log.WaitFor(note => note.Text.Contains("went wrong", StringComparison.Ordinal));
        Assert.Equal((LogLevel.Error, "Akka.Actor.ActorSystem", cause), (error.Level, error.Category, error.Cause));
        var warning = await log.WaitFor(note => note.Text.Contains("took 7 s", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("/user/talker", warning.Text, StringComparison.Ordinal);
        Assert.Equal(LogLevel.Information, (await log.WaitFor(note => note.Text.Contains("begins", StringComparison.Ordinal))).Level);
        Assert.DoesNotContain(log.All, note => note.Text.Contains("too much to know", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_given_factory_is_logged_to()
    {
        var log = new Notes();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        await using var host = await HostFixture.StartAsync(akka => akka.ConfigureLoggers(loggers =>
        {
            loggers.LogLevel = global::Akka.Event.LogLevel.DebugLevel;
            loggers.ClearLoggers();
            loggers.AddLoggerFactory(factory);
        }));

        host.System.Log.Debug("details");

        Assert.Equal(LogLevel.Debug, (await log.WaitFor(note => note.Text.EndsWith("details", StringComparison.Ordinal))).Level);
    }

    private sealed record Note(string Category, LogLevel Level, string Text, Exception? Cause);

    private sealed class Talker : ReceiveActor
    {
        public Talker(Exception cause)
        {
            var log = Context.GetLogger();
            ReceiveAny(_ =>
            {
                log.Debug("too much to know");
                log.Info("it begins");
                log.Warning("it took {0} s", 7);
                log.Error(cause, "it went wrong");
            });
        }
    }

    private sealed class Notes : ILoggerProvider
    {
        private readonly ConcurrentQueue<Note> _all = new();
        private readonly SemaphoreSlim _more = new(0);

        public IEnumerable<Note> All => _all;

        public async Task<Note> WaitFor(Func<Note, bool> wanted)
        {
            while (true)
            {
                if (_all.FirstOrDefault(wanted) is { } found)
                    return found;
                Assert.True(await _more.WaitAsync(HostFixture.Patience), "it was not logged");
            }
        }

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Logger(Notes notes, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                notes._all.Enqueue(new Note(category, logLevel, formatter(state, exception), exception));
                notes._more.Release();
            }
        }
    }
}
