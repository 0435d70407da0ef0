using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private static readonly RunConfiguration Ppo = Configuration("ppo", ("ppo.kl-coefficient", "0.05"), ("ppo.epochs", "4"));

    private readonly TemporaryFolder _folder = new();

    private string RunPath => _folder.In("runs/one");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_run_gets_its_folder_its_configuration_and_a_place_for_checkpoints()
    {
        using var run = RunDirectory.Open(RunPath, Ppo);

        Assert.True(run.IsNew);
        Assert.True(Directory.Exists(run.CheckpointsPath));
        Assert.Equal(
            ["ppo.epochs = 4", "ppo.kl-coefficient = 0.05", "run.kind = ppo"],
            File.ReadAllLines(run.ConfigPath).Where(line => !line.StartsWith('#')));
    }

    [Fact]
    public void The_same_run_is_continued()
    {
        RunDirectory.Open(RunPath, Ppo).Dispose();

        using var run = RunDirectory.Open(RunPath, Ppo with { });
        Assert.False(run.IsNew);
    }

    [Fact]
    public void A_folder_is_held_by_one_run_at_a_time_and_the_error_names_the_process()
    {
        using var first = RunDirectory.Open(RunPath, Ppo);

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(RunPath, Ppo));
        Assert.Contains($"in use by process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.Contains("--out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_with_other_settings_is_refused_key_by_key_with_the_remedy()
    {
        RunDirectory.Open(RunPath, Ppo).Dispose();
        var other = Configuration("ppo", ("ppo.kl-coefficient", "0.1"), ("ppo.epochs", "4"), ("ppo.clip", "0.2"));

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(RunPath, other));
        Assert.Equal(
            $"""
            {RunPath}: holds a ppo run with other settings:
              ppo.clip: not set there, 0.2 here
              ppo.kl-coefficient: 0.05 there, 0.1 here
            Give it the settings it began with to continue it, or start anew elsewhere with --out.
            """,
            error.Message);
        RunDirectory.Open(RunPath, Ppo).Dispose(); // the refusal let go of the folder
    }

    [Fact]
    public void A_run_of_another_kind_is_refused()
    {
        RunDirectory.Open(RunPath, Ppo).Dispose();

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(RunPath, Ppo with { Kind = "sft" }));
        Assert.Equal($"{RunPath}: holds a run of another kind (ppo, not sft); choose another folder with --out", error.Message);
    }

    [Fact]
    public void A_folder_with_other_files_is_left_alone()
    {
        Directory.CreateDirectory(RunPath);
        File.WriteAllText(Path.Combine(RunPath, "thesis.tex"), "years of work");

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(RunPath, Ppo));
        Assert.Contains("thesis.tex", error.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.tex"], Directory.EnumerateFileSystemEntries(RunPath).Select(Path.GetFileName));
    }

    [Fact]
    public void A_run_that_was_killed_before_its_configuration_was_complete_starts_anew()
    {
        Directory.CreateDirectory(RunPath);
        File.WriteAllText(Path.Combine(RunPath, ".lock"), "1");
        File.WriteAllText(Path.Combine(RunPath, "config.conf.partial"), "ppo.ep");

        using var run = RunDirectory.Open(RunPath, Ppo);
        Assert.True(run.IsNew);
        Assert.Equal(Ppo.Settings, RunConfiguration.Parse(File.ReadAllText(run.ConfigPath), run.ConfigPath).Settings);
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_an_error_with_the_path()
    {
        File.WriteAllText(_folder.In("file"), "");

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(_folder.In("file/run"), Ppo));
        Assert.StartsWith(_folder.In("file/run"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.0e-4")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("a = b # c // d")]
    [InlineData("line\nbreak \"quoted\" \\ naïve 日本 😀")]
    [InlineData("//no comment")]
    public void A_setting_comes_back_from_the_file_as_it_was(string value)
    {
        var written = Configuration("sft", ("sft.value", value));

        Assert.Equal(value, RunConfiguration.Parse(written.ToHocon(), "config.conf").Settings["sft.value"]);
    }

    [Theory]
    [InlineData("run.kind = sft\nlearning-rate", "line 2")]
    [InlineData("run.kind = sft\nlearning-rate = \"0.1", "line 2")]
    [InlineData("learning-rate = 1", "no run.kind")]
    public void A_configuration_edited_beyond_recognition_is_an_error_with_its_place(string text, string place)
    {
        var error = Assert.Throws<UserErrorException>(() => RunConfiguration.Parse(text, "config.conf"));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    private static RunConfiguration Configuration(string kind, params (string Key, string Value)[] settings) =>
        new(kind, settings.ToDictionary(setting => setting.Key, setting => setting.Value));
}
