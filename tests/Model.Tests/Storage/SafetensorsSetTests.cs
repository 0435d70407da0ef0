using System.Text.Json;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Model.Tests.Storage;

public sealed class SafetensorsSetTests
{
    private static readonly TensorSource[] Five =
        [.. Enumerable.Range(0, 5).Select(i => new TensorSource($"t{i}", TensorDtype.F32, [4], () => new float[] { i, i, i, i }))];

    [Fact]
    public void Weights_that_fit_are_one_file()
    {
        using var folder = new TemporaryDirectory();
        SafetensorsSet.Write(folder.Path, Five, maxShardBytes: 80);
        Assert.Equal(["model.safetensors"], Files(folder));
        AssertFive(folder);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_shards_of_at_most_that_size_and_an_index_that_lists_them()
    {
        using var folder = new TemporaryDirectory();
        SafetensorsSet.Write(folder.Path, [.. Five, new("t9", TensorDtype.BF16, [40], () => new float[40])], maxShardBytes: 32);
        Assert.Equal(
            ["model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors", "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors", "model.safetensors.index.json"],
            Files(folder));
        using var index = JsonDocument.Parse(File.ReadAllText(folder["model.safetensors.index.json"]));
        Assert.Equal(160, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal("model-00002-of-00004.safetensors", index.RootElement.GetProperty("weight_map").GetProperty("t3").GetString());
        AssertFive(folder);
    }

    [Fact]
    public void A_layout_leaves_nothing_of_the_one_before()
    {
        using var folder = new TemporaryDirectory();
        SafetensorsSet.Write(folder.Path, Five, maxShardBytes: 16);
        Assert.Equal(6, Files(folder).Length);
        SafetensorsSet.Write(folder.Path, Five, maxShardBytes: 48);
        Assert.Equal(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"], Files(folder));
        SafetensorsSet.Write(folder.Path, Five);
        Assert.Equal(["model.safetensors"], Files(folder));
        SafetensorsSet.Write(folder.Path, Five, maxShardBytes: 48);
        Assert.Equal(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"], Files(folder));
        AssertFive(folder);
    }

    [Theory]
    [InlineData("""{"weight_map":{"t0":"../model.safetensors"}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"t0":".."}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"t0":""}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"t0":"gone.safetensors"}}""", "gone.safetensors: cannot be opened")]
    [InlineData("""{"weight_map":{"t1":"one.safetensors"}}""", "\"t1\" should be in one.safetensors")]
    [InlineData("""{"weight_map":{"t0":"one.safetensors","t0":"one.safetensors"}}""", "not valid JSON")]
    [InlineData("""{"weight_map":{"t0":7}}""", "no \"weight_map\" object of tensor names to file names")]
    [InlineData("""{"metadata":{}}""", "no \"weight_map\"")]
    [InlineData("[]", "no \"weight_map\"")]
    [InlineData("{", "not valid JSON")]
    public void An_index_that_does_not_describe_its_shards_is_refused(string index, string reason)
    {
        using var folder = new TemporaryDirectory();
        SafetensorsWriter.Write(folder["one.safetensors"], Five[..1]);
        File.WriteAllText(folder["model.safetensors.index.json"], index);
        Assert.Contains(reason, Assert.Throws<UserErrorException>(() => SafetensorsSet.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_without_weights_is_refused()
    {
        using var folder = new TemporaryDirectory();
        Assert.Contains("neither model.safetensors nor model.safetensors.index.json", Assert.Throws<UserErrorException>(() => SafetensorsSet.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static void AssertFive(TemporaryDirectory folder)
    {
        using var set = SafetensorsSet.Open(folder.Path);
        var values = new float[4];
        for (var i = 0; i < 5; i++)
        {
            set.Read($"t{i}", values);
            Assert.All(values, value => Assert.Equal(i, value));
        }
        Assert.False(set.Contains("t5"));
        Assert.Throws<UserErrorException>(() => set["t5"]);
    }

    private static string[] Files(TemporaryDirectory folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
