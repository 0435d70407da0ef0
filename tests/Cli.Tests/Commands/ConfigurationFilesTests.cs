using System.Runtime.Versioning;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>The configuration files that come with the program say what the program understands.</summary>
public sealed class ConfigurationFilesTests
{
    public static TheoryData<string> Runs => ["demo.conf", "tldr.conf", "cnndm.conf"];

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_run_can_be_read(string name)
    {
        var settings = SettingsReader.Read<RunSettings>(SettingsDocument.Load(Conf(name)), RunSettings.Section);
        Assert.Contains($"{{{settings.Task.TruncateField}}}", settings.Task.Format, StringComparison.Ordinal);
    }

    [Fact]
    public void The_base_model_can_be_read_and_its_texts_fit()
    {
        var settings = SettingsReader.Read<PretrainSettings>(SettingsDocument.Load(Conf("debian-base.conf")), RunSettings.Section);
        TaskModel.RequireFits(settings.Task, settings.Model);
    }

    [Fact]
    public void The_demo_asks_as_its_base_model_was_taught()
    {
        var demo = SettingsReader.Read<RunSettings>(SettingsDocument.Load(Conf("demo.conf")), RunSettings.Section);
        var taught = SettingsReader.Read<PretrainSettings>(SettingsDocument.Load(Conf("debian-base.conf")), RunSettings.Section);
        Assert.Equal((taught.Task.Format, taught.Task.ReferencePrefix), (demo.Task.Format, demo.Task.ReferencePrefix));
        TaskModel.RequireFits(demo.Task, taught.Model);
    }

    [Fact]
    public void News_is_another_task_and_the_same_method()
    {
        var tldr = SettingsReader.Read<RunSettings>(SettingsDocument.Load(Conf("tldr.conf")), RunSettings.Section);
        var news = SettingsReader.Read<RunSettings>(SettingsDocument.Load(Conf("cnndm.conf")), RunSettings.Section);
        Assert.Equal(tldr.Ppo, news.Ppo);
        Assert.Equal("article", news.Task.TruncateField);
        Assert.Equal("", news.Task.ReferencePrefix);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task What_comes_with_the_program_is_found_from_any_folder()
    {
        var elsewhere = Directory.CreateTempSubdirectory("rlhf-test-").FullName;
        var home = Path.GetDirectoryName(Path.GetDirectoryName(Conf("demo.conf")))!;
        using var run = Child.StartIn(elsewhere, home, "sample", "--model", Path.Combine(home, "models/debian-base"), "--greedy", "--threads", "1", "--text", "A tool for mail.");
        var sampled = await run.End();
        Directory.Delete(elsewhere, recursive: true);

        Assert.True(sampled.Code == 0, sampled.Error);
        Assert.NotEmpty(sampled.Output.Trim());
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task The_base_model_too_is_found_from_any_folder()
    {
        var elsewhere = Directory.CreateTempSubdirectory("rlhf-test-").FullName;
        var home = Path.GetDirectoryName(Path.GetDirectoryName(Conf("demo.conf")))!;
        using var run = Child.StartIn(elsewhere, home, "sft", "--data", "nowhere");
        var refused = await run.End();
        Directory.Delete(elsewhere, recursive: true);

        Assert.Equal(1, refused.Code);
        Assert.Contains("nowhere holds no dataset", refused.Error, StringComparison.Ordinal); // so the model before it was there
    }

    private static string Conf(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "hocon", name)))
                return Path.Combine(folder.FullName, "hocon", name);
        }
        throw new FileNotFoundException($"hocon/{name} is in no folder above {AppContext.BaseDirectory}");
    }
}
