using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Host.Tests.Runs;

public sealed class DebianDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_machine_that_knows_only_its_installed_packages_is_told_so_and_what_to_do()
    {
        WriteStatus(400);
        var notes = new Notes();

        var data = DebianData.Make(_folder.In("data/debian"), Index, notes, CancellationToken.None);

        Assert.Equal(data.Cleaning.Kept, SummaryDataset.Load(_folder.In("data/debian")).Cleaning.Kept);
        Assert.Contains(notes.Lines, line => line.Contains("the installed packages only", StringComparison.Ordinal));
        Assert.Contains(notes.Lines, line => line.Contains($"only {data.Cleaning.Kept} texts", StringComparison.Ordinal) && line.Contains("rlhf data debian --refresh", StringComparison.Ordinal));
    }

    [Fact]
    public void Too_few_packages_for_three_splits_are_an_error_with_a_remedy()
    {
        WriteStatus(2);

        var error = Assert.Throws<UserErrorException>(() => DebianData.Make(_folder.In("data/debian"), Index, SilentProgress.Instance, CancellationToken.None));
        Assert.Contains("too few for three splits", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.In("data/debian")));
    }

    [Fact]
    public void A_run_whose_settings_name_no_index_needs_its_dataset_to_be_there()
    {
        var settings = new RunSettings { BaseModel = "model", Data = _folder.In("none"), Task = new() { Format = "{a}", TruncateField = "a" } };

        var error = Assert.Throws<UserErrorException>(() => DebianData.Provide(settings, SilentProgress.Instance, CancellationToken.None));
        Assert.StartsWith(settings.Data, error.Message, StringComparison.Ordinal);
    }

    private DebianIndexOptions Index => new()
    {
        SystemLists = _folder.In("lists"),
        DpkgStatus = _folder.In("status"),
        OwnFolder = _folder.In("own"),
        Refresh = IndexRefresh.Never,
    };

    // Words made of syllables, so that no two descriptions are alike.
    private void WriteStatus(int packages)
    {
        var random = new Random(1);
        string Word() => string.Concat(Enumerable.Range(0, 3).Select(_ => "ka le mo ti ru sa no vi de pu".Split(' ')[random.Next(10)]));
        using var status = new StreamWriter(_folder.In("status"));
        for (var i = 0; i < packages; i++)
        {
            string[] words = [.. Enumerable.Range(0, 30).Select(_ => Word())];
            status.Write($"Package: pkg{i}\nStatus: install ok installed\nSource: src{i}\nSection: misc\nDescription: {words[3]} {words[8]} {words[12]} of {words[20]}\n {string.Join(' ', words)}\n\n");
        }
    }

    private sealed class Notes : IRunProgress
    {
        public List<string> Lines { get; } = [];

        public void Report(RunProgress progress)
        {
        }

        public void Note(string line) => Lines.Add(line);
    }
}
