using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class SummaryDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static SummaryExample Example(string id, string text) =>
        new(id, new Dictionary<string, string> { ["description"] = text, ["package"] = id }, "summary of " + id);

    private static SummaryDataset Data => new("a test", [Example("a", "one\ntwo \"three\" \u2028 \U0001F600"), Example("b", "")], [Example("c", "x")], [],
        new CleaningReport(7, 3, new Dictionary<DropReason, int> { [DropReason.Transitional] = 4 }));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_what_is_loaded()
    {
        Data.Save(_folder.Path);
        var loaded = SummaryDataset.Load(_folder.Path);
        Assert.Equivalent(Data, loaded, strict: true);
        Assert.Equal(Data.Train[0].Fields["description"], loaded.Train[0].Fields["description"]);
        Assert.True(SummaryDataset.Exists(_folder.Path));
        Assert.Equal(2, File.ReadLines(SummaryDataset.PathOf(_folder.Path, DatasetSplit.Train)).Count());
    }

    [Fact]
    public void A_folder_without_a_manifest_holds_no_dataset()
    {
        Assert.False(SummaryDataset.Exists(_folder.Path));
        Assert.Contains("holds no dataset", Assert.Throws<UserErrorException>(() => SummaryDataset.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_that_lost_a_line_is_an_error()
    {
        Data.Save(_folder.Path);
        var train = SummaryDataset.PathOf(_folder.Path, DatasetSplit.Train);
        File.WriteAllLines(train, File.ReadLines(train).Take(1).ToArray());
        Assert.Contains("has 1 examples where manifest.json says 2", Assert.Throws<UserErrorException>(() => SummaryDataset.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "damaged")]
    [InlineData("{\"format\":\"other\"}", "make the dataset anew")]
    [InlineData("{}", "damaged")]
    public void A_damaged_manifest_is_a_user_error(string manifest, string expected)
    {
        Data.Save(_folder.Path);
        _folder.Write("manifest.json", manifest);
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => SummaryDataset.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }
}
