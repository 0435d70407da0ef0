using Akka.Actor;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Hosting;

namespace ActorRlhf.Engines.Tests.Akka.Hosting;

public sealed class ConfigurationContract : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hosting-configuration-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_prepended_wins_and_what_is_appended_yields()
    {
        await using var host = await HostFixture.StartAsync(akka => akka
            .AddHocon("mine { a = 1, b = 1, c = 1 }", HoconAddMode.Append)
            .AddHocon("mine { a = 2, d = 2 }", HoconAddMode.Append)
            .AddHocon("mine { b = 3, d = 3 }", HoconAddMode.Prepend)
            .AddHocon("mine { c = 4 }", HoconAddMode.Replace));
        var config = host.System.Settings.Config;

        Assert.Equal([1, 3, 4, 3], new[] { "a", "b", "c", "d" }.Select(key => config.GetInt($"mine.{key}")));
    }

    [Fact]
    public async Task What_the_builder_says_stands_above_the_defaults()
    {
        await using var host = await HostFixture.StartAsync(akka => akka.AddHocon("akka.log-dead-letters = 3", HoconAddMode.Append));

        Assert.Equal(3, host.System.Settings.LogDeadLetters);
        Assert.Equal("local", host.System.Settings.Config.GetString("mine.provider", "local"));
        Assert.True(host.System.Settings.Config.HasPath("akka.actor.default-dispatcher.throughput"));
    }

    [Fact]
    public async Task A_file_is_added_as_a_text_is()
    {
        var file = Path.Combine(_folder.FullName, "system.conf");
        File.WriteAllText(file, "mine { a = 5, b = ${mine.a} }");
        await using var host = await HostFixture.StartAsync(akka => akka
            .AddHocon("mine { a = 1, c = 1 }", HoconAddMode.Append)
            .AddHoconFile(file, HoconAddMode.Prepend));
        var config = host.System.Settings.Config;

        Assert.Equal([5, 5, 1], new[] { "a", "b", "c" }.Select(key => config.GetInt($"mine.{key}")));
        Assert.Throws<FileNotFoundException>(
            () => new AkkaConfigurationBuilder(new Microsoft.Extensions.DependencyInjection.ServiceCollection(), "test")
                .AddHoconFile(Path.Combine(_folder.FullName, "none.conf"), HoconAddMode.Append));
    }

    [Fact]
    public async Task A_file_includes_another_through_the_parsers_callback()
    {
        Write("roles.conf", "roles = [learner, scorer]");
        Write("cluster.conf", "akka { loglevel = WARNING }\nmine {\n  include \"roles.conf\"\n  name = node\n}");
        await using var host = await HostFixture.StartAsync(akka => akka.AddHocon(Read("cluster.conf"), HoconAddMode.Prepend));
        var config = host.System.Settings.Config;

        Assert.Equal("WARNING", host.System.Settings.LogLevel);
        Assert.Equal(["learner", "scorer"], config.GetStringList("mine.roles"));
        Assert.Equal("node", config.GetString("mine.name"));
    }

    [Fact]
    public async Task A_bootstrap_setup_goes_above_what_was_added_before_it()
    {
        await using var host = await HostFixture.StartAsync(akka => akka
            .AddHocon("mine { a = 1, b = 1 }", HoconAddMode.Prepend)
            .AddSetup(BootstrapSetup.Create().WithConfig("mine.a = 2")));

        Assert.Equal(2, host.System.Settings.Config.GetInt("mine.a"));
        Assert.Equal(1, host.System.Settings.Config.GetInt("mine.b"));
    }

    private void Write(string name, string hocon) => File.WriteAllText(Path.Combine(_folder.FullName, name), hocon);

    private Config Read(string name) => ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(_folder.FullName, name)), Include);

    private HoconRoot Include(string name) => Parser.Parse(File.ReadAllText(Path.Combine(_folder.FullName, name)), Include);
}
