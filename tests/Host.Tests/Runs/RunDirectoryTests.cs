using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private static readonly RunConfiguration Ppo = Configuration("ppo", new());

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
            ["run {", "  kind = ppo", "}", "rlhf {", "  kl-coefficient = 0.05", "  epochs = 4", "  note = null", "}"],
            File.ReadAllLines(run.ConfigPath).Where(line => !line.StartsWith('#')));
    }

    [Fact]
    public void The_same_run_is_continued()
    {
        RunDirectory.Open(RunPath, Ppo).Dispose();

        using var run = RunDirectory.Open(RunPath, Configuration("ppo", new()));
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
        var other = RunConfiguration.Of("ppo", new Settings { KlCoefficient = 0.1, Note = "so" }, "rlhf", inputs: [new("model", "runs/sft")]);

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(RunPath, other));
        Assert.Equal(
            $"""
            {RunPath}: holds an earlier ppo run with other settings:
              rlhf.kl-coefficient: 0.05 there, 0.1 here
              rlhf.note: null there, so here
              run.model: not set there, "runs/sft" here
            Give it the settings it began with to continue it, or start anew elsewhere with --out.
            """,
            error.Message);
        RunDirectory.Open(RunPath, Ppo).Dispose(); // the refusal let go of the folder
    }

    [Fact]
    public void A_run_of_another_kind_is_refused()
    {
        RunDirectory.Open(RunPath, Ppo).Dispose();

        var error = Assert.Throws<UserErrorException>(() => RunDirectory.Open(RunPath, Configuration("sft", new())));
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
        File.WriteAllText(Path.Combine(RunPath, ".config.conf.tmp-1"), "ppo.ep");

        using var run = RunDirectory.Open(RunPath, Ppo);
        Assert.True(run.IsNew);
        Assert.Equal(Ppo.Text, File.ReadAllText(run.ConfigPath));
        Assert.False(File.Exists(Path.Combine(RunPath, ".config.conf.tmp-1")));
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_gone_when_the_run_goes_on()
    {
        RunDirectory.Open(RunPath, Ppo).Dispose();
        Directory.CreateDirectory(Path.Combine(RunPath, ".sft.tmp-1-2"));

        RunDirectory.Open(RunPath, Ppo).Dispose();
        Assert.False(Directory.Exists(Path.Combine(RunPath, ".sft.tmp-1-2")));
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
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("a = b # c // d")]
    [InlineData("line\nbreak \"quoted\" \\ naïve 日本 😀")]
    [InlineData("//no comment")]
    public void A_setting_comes_back_from_the_file_as_it_was(string value)
    {
        var written = Configuration("sft", new() { Note = value });

        Assert.Empty(written.DifferencesFrom(RunConfiguration.Parse(written.Text, "config.conf")));
        var difference = Assert.Single(written.DifferencesFrom(Configuration("sft", new())));
        Assert.StartsWith("rlhf.note: null there, ", difference, StringComparison.Ordinal);
        Assert.Equal(value, SettingsReader.Read<Settings>(SettingsDocument.Parse(written.Text), "rlhf").Note);
    }

    [Fact]
    public void Only_the_settings_that_matter_to_a_run_are_kept()
    {
        var written = RunConfiguration.Of("sft", new Settings(), "rlhf", keys: ["epochs"]);

        Assert.Empty(written.DifferencesFrom(RunConfiguration.Of("sft", new Settings { KlCoefficient = 7 }, "rlhf", keys: ["epochs"])));
        Assert.Equal(["rlhf.epochs: 5 there, 4 here"], written.DifferencesFrom(RunConfiguration.Of("sft", new Settings { Epochs = 5 }, "rlhf", keys: ["epochs"])));
    }

    [Theory]
    [InlineData("run.kind = sft\nlearning-rate", "line 2")]
    [InlineData("run.kind = sft\nlearning-rate = \"0.1", "line 2")]
    [InlineData("learning-rate = 1", "no run.kind")]
    public void A_configuration_edited_beyond_recognition_is_an_error_with_its_place_and_the_remedy(string text, string place)
    {
        var error = Assert.Throws<UserErrorException>(() => RunConfiguration.Parse(text, "config.conf"));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains("--out", error.Message, StringComparison.Ordinal);
    }

    private static RunConfiguration Configuration(string kind, Settings settings) => RunConfiguration.Of(kind, settings, "rlhf");

    private sealed record Settings
    {
        public double KlCoefficient { get; init; } = 0.05;

        public int Epochs { get; init; } = 4;

        public string? Note { get; init; }
    }
}
