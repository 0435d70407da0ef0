using System.Text;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

public sealed class LogTailTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 3, "")]
    [InlineData("one\ntwo\nthree\n", 0, "")]
    [InlineData("one\ntwo\nthree\n", 1, "three\n")]
    [InlineData("one\ntwo\nthree\n", 2, "two\nthree\n")]
    [InlineData("one\ntwo\nthree\n", 3, "one\ntwo\nthree\n")]
    [InlineData("one\ntwo\nthree\n", 9, "one\ntwo\nthree\n")]
    [InlineData("one\ntwo\nthr", 2, "two\nthr")]
    [InlineData("\n\n\n", 2, "\n\n")]
    [InlineData("x", 1, "x")]
    public void The_last_lines_are_found(string text, int lines, string tail) => Assert.Equal(tail, Tail(text, lines));

    [Theory]
    [InlineData(1)]
    [InlineData(977)]
    [InlineData(40_000)]
    public void So_they_are_in_a_file_of_many_blocks(int lines)
    {
        var all = Enumerable.Range(0, 50_000).Select(i => $"line {i}\n").ToList();
        Assert.Equal(string.Concat(all.TakeLast(lines)), Tail(string.Concat(all), lines));
    }

    [Fact]
    public void Of_an_endless_log_no_more_is_looked_through_than_so_much_and_what_is_left_begins_with_a_line()
    {
        var line = new string('x', 1_000_000) + "\n";
        var tail = Tail(string.Concat(Enumerable.Repeat(line, 9)), 8);
        Assert.Equal(string.Concat(Enumerable.Repeat(line, LogTail.MostBytes / line.Length)), tail);
    }

    private string Tail(string text, int lines)
    {
        var path = _folder.In("log");
        File.WriteAllText(path, text);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        file.Position = LogTail.Find(file, file.Length, lines);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
