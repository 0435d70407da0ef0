using System.Text.Json;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Cli.Tests.Commands;

public sealed class DataCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_for_each_split_become_a_dataset_that_can_be_shown()
    {
        Write("train.jsonl", 0, 20);
        Write("valid.jsonl", 20, 3);
        Write("test.jsonl", 23, 2);

        var made = await Shell.Run(
            "data", "tldr", "--train", In("train.jsonl"), "--validation", In("valid.jsonl"), "--test", In("test.jsonl"), "--out", In("tldr"), "--json");
        Assert.True(made.Code == 0, made.Error);
        var splits = JsonDocument.Parse(made.Output).RootElement.GetProperty("splits");
        Assert.Equal((20, 3, 2), (splits.GetProperty("train").GetInt32(), splits.GetProperty("validation").GetInt32(), splits.GetProperty("test").GetInt32()));

        var shown = await Shell.Run("data", "show", In("tldr"), "--split", "test", "-n", "1");
        Assert.True(shown.Code == 0, shown.Error);
        Assert.Contains("id23\n  subreddit: pets\n  title: Cat 23\n  post: My cat is the number 23.\n  summary: Cat 23 of mine\n", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown.Output);
    }

    [Fact]
    public async Task A_file_is_spread_over_the_splits_by_its_ids_alone()
    {
        Write("all.jsonl", 0, 400);
        Write("more.jsonl", 400, 100);
        await Shell.Run("data", "tldr", In("all.jsonl"), "--out", In("one"));
        await Shell.Run("data", "tldr", In("more.jsonl"), In("all.jsonl"), "--out", In("two"));

        var (one, two) = (SummaryDataset.Load(In("one")), SummaryDataset.Load(In("two")));
        Assert.InRange(one.Test.Count, 8, 36); // 20 expected; 400 · 0.05 ± 4 standard deviations
        Assert.InRange(one.Validation.Count, 8, 36);
        Assert.Equal(400, one.Train.Count + one.Validation.Count + one.Test.Count);
        Assert.Subset(two.Test.Select(example => example.Id).ToHashSet(), one.Test.Select(example => example.Id).ToHashSet());
    }

    [Fact]
    public async Task A_text_in_two_splits_is_refused()
    {
        Write("train.jsonl", 0, 10);
        Write("test.jsonl", 9, 5);
        var made = await Shell.Run("data", "tldr", In("train.jsonl"), "--test", In("test.jsonl"), "--out", In("tldr"));

        Assert.Equal(1, made.Code);
        Assert.Contains("id \"id9\"", made.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("tldr")));
    }

    [Fact]
    public async Task Articles_without_ids_are_read()
    {
        await File.WriteAllLinesAsync(In("news.jsonl"), Enumerable.Range(0, 100).Select(i => JsonSerializer.Serialize(new { article = $"News {i}.", highlights = $"It is {i}." })));
        var made = await Shell.Run("data", "cnndm", In("news.jsonl"), "--validation-share", "0.2", "--test-share", "0.2", "--out", In("cnndm"));

        Assert.True(made.Code == 0, made.Error);
        Assert.Equal("It is 0.", SummaryDataset.Load(In("cnndm")) is var data ? data.Train.Concat(data.Validation).Concat(data.Test).Single(e => e.Id == "line-1").Reference : "");
    }

    [Theory]
    [InlineData("data tldr")]
    [InlineData("data debian --refresh --offline")]
    [InlineData("data show x --split middle")]
    public async Task A_wrong_command_line_is_a_usage_error(string line) => Assert.Equal(2, (await Shell.Run(line.Split(' '))).Code);

    [Fact]
    public async Task A_broken_line_is_named_by_file_and_number()
    {
        await File.WriteAllTextAsync(In("bad.jsonl"), """{"id": "a", "subreddit": "pets", "title": "t", "post": "p"}""" + "\n");
        var made = await Shell.Run("data", "tldr", In("bad.jsonl"), "--out", In("tldr"));

        Assert.Equal(1, made.Code);
        Assert.Contains("bad.jsonl line 1: no \"summary\" field", made.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tokenizer_is_trained_encodes_and_decodes()
    {
        await File.WriteAllTextAsync(In("text.txt"), string.Concat(Enumerable.Repeat("the cat and the dog and the cow\n", 20)));
        var trained = await Shell.Run("tokenizer", "train", In("text.txt"), "--size", "270", "--out", In("bpe"));
        Assert.True(trained.Code == 0, trained.Error);

        var ids = (await Shell.Run("tokenizer", "encode", "--model", In("bpe"), "--text", "the cat")).Output.Trim();
        Assert.True(ids.Split(' ').Length < "the cat".Length);
        Assert.Equal(ids, (await Shell.RunWithInput("the cat", "tokenizer", "encode", "--model", In("bpe"))).Output.Trim());
        Assert.Equal("the cat\n", (await Shell.Run(["tokenizer", "decode", "--model", In("bpe"), .. ids.Split(' ')])).Output);
        Assert.Equal("the cat\n", (await Shell.RunWithInput(ids, "tokenizer", "decode", "--model", In("bpe"))).Output);

        var wrong = await Shell.Run("tokenizer", "decode", "--model", In("bpe"), "270");
        Assert.Equal(1, wrong.Code);
        Assert.Contains("from 0 to 269", wrong.Error, StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private void Write(string name, int first, int count) => File.WriteAllLines(In(name), Enumerable.Range(first, count).Select(i => JsonSerializer.Serialize(
        new { id = $"id{i}", subreddit = "pets", title = $"Cat {i}", post = $"My cat is the number {i}.", summary = $"Cat {i} of mine" })));
}
