using System.CommandLine;
using System.Globalization;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Commands;

/// <summary>The options that say with which settings a command runs: <c>--config</c>, <c>--set</c>, and some that are short for a <c>--set</c>.</summary>
public sealed class SettingsOptions
{
    private readonly Command _command;
    private readonly Option<string> _config;
    private readonly Option<string[]> _set = new("--set") { Description = "Override a setting, such as rlhf.ppo.kl-coefficient=0.07; may be repeated.", HelpName = "key=value" };
    private readonly List<Func<ParseResult, string?>> _short = [];

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="file">The configuration when none is given.</param>
    public SettingsOptions(Command command, string file)
    {
        _command = command;
        _config = new("--config") { Description = "The configuration file.", HelpName = "FILE", DefaultValueFactory = _ => file };
        command.Add(_config);
        command.Add(_set);
        AddShort(new Option<int?>("--threads") { Description = "Threads to compute with; 0 for all processors.", HelpName = "N" }, "threads");
    }

    /// <summary>Adds an option that is short for setting a key of the section; where it is not given its value is null, or false.</summary>
    public void AddShort<T>(Option<T> option, string key)
    {
        _command.Add(option);
        _short.Add(result => result.GetValue(option) switch
        {
            null or false => null,
            true => $"{RunSettings.Section}.{key}=true",
            var value => string.Create(CultureInfo.InvariantCulture, $"{RunSettings.Section}.{key}={value}"),
        });
    }

    /// <summary>Adds <c>--seed</c>.</summary>
    public SettingsOptions WithSeed()
    {
        AddShort(new Option<long?>("--seed") { Description = "Decides everything random.", HelpName = "N" }, "seed");
        return this;
    }

    /// <summary>Adds <c>--data</c>.</summary>
    public SettingsOptions WithData()
    {
        AddShort(new Option<string?>("--data") { Description = "The folder of the dataset; rlhf data makes one.", HelpName = "DIR" }, "data");
        return this;
    }

    /// <summary>Reads the settings.</summary>
    /// <typeparam name="T">Their record.</typeparam>
    /// <exception cref="UserErrorException">The file is missing, or a key or a value is wrong.</exception>
    public T Read<T>(ParseResult result)
        where T : class
    {
        var overrides = (result.GetValue(_set) ?? []).Concat(_short.Select(read => read(result)).OfType<string>());
        return SettingsReader.Read<T>(SettingsDocument.Load(Home.Find(result.GetValue(_config)!), overrides), RunSettings.Section);
    }

    /// <summary>Reads a run's settings, resolved, and takes as many threads as they say.</summary>
    /// <exception cref="UserErrorException">The file is missing, or a key or a value is wrong.</exception>
    public RunSettings ReadRun(ParseResult result)
    {
        var settings = Read<RunSettings>(result).Resolved();
        ComputeThreads.Use(settings.Threads);
        return settings with { BaseModel = Home.Find(settings.BaseModel) };
    }
}
