using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Akka.Configuration;

/// <summary>What HOCON text means, in Akka.NET's public API.</summary>
public sealed class SyntaxContract
{
    private static string? Text(string hocon, string path = "a") => ConfigurationFactory.ParseString(hocon).GetString(path);

    [Theory]
    [InlineData("a = 1")]
    [InlineData("a : 1")]
    [InlineData("a=1")]
    [InlineData("\"a\" = \"1\"")]
    [InlineData("{ \"a\": 1 }")]
    [InlineData("a = 1 # one")]
    [InlineData("a = 1 // one\n")]
    [InlineData("# first\n// second\n  a = 1, b = 2")]
    [InlineData("a = 0\na = 1")]
    [InlineData("a { x = 0 }\na = 1")]
    [InlineData("a =\n  1\n")]
    [InlineData("a = 1\r\nb = 2\r\n")]
    public void A_key_is_assigned_a_value(string hocon) => Assert.Equal("1", Text(hocon));

    [Theory]
    [InlineData("a.b.c = 1")]
    [InlineData("a { b { c = 1 } }")]
    [InlineData("a { b.c = 1 }")]
    [InlineData("a = { b = { c : 1 } }")]
    [InlineData("a.b { c = 1 }")]
    [InlineData("a { b = { x = 5 } }\na.b.c = 1")]
    [InlineData("a { b = { c = 5 } }\na { b { c = 1 } }")]
    [InlineData("a = text\na { b.c = 1 }")]
    [InlineData("{ \"a\" : { \"b\" : { \"c\" : 1 }, \"d\" : [] } }")]
    public void Objects_nest_and_merge_and_dotted_keys_are_objects(string hocon) => Assert.Equal("1", Text(hocon, "a.b.c"));

    [Fact]
    public void A_quoted_key_keeps_its_dots()
    {
        var config = ConfigurationFactory.ParseString("a { \"b.c\" = 1, \"b.c\".\"d\" = 2 }\n\"x.y\".z = 3");
        Assert.Equal("2", config.GetString("a.\"b.c\".d"));
        Assert.Equal("3", config.GetString("\"x.y\".z"));
        Assert.False(config.HasPath("x.y.z"));
    }

    [Fact]
    public void Siblings_survive_a_merge()
    {
        var config = ConfigurationFactory.ParseString("a { x = 1, y = 2 }\na { y = 3, z = 4 }\na.w = 5");
        Assert.Equal(new[] { "1", "3", "4", "5" }, new[] { "a.x", "a.y", "a.z", "a.w" }.Select(path => config.GetString(path)));
    }

    [Theory]
    [InlineData("a = hello", "hello")]
    [InlineData("a = \"hello\"", "hello")]
    [InlineData("a = one two   three  ", "one two   three")]
    [InlineData("a = \"one\" two", "one two")]
    [InlineData("a = \"one\"\"two\"", "onetwo")]
    [InlineData("a = /usr/share/x-1.5e-4+z", "/usr/share/x-1.5e-4+z")]
    [InlineData("a = 127.0.0.1", "127.0.0.1")]
    [InlineData("a = \"\"", "")]
    [InlineData("a = \"#no // comment = : { } [ ] ,\"", "#no // comment = : { } [ ] ,")]
    [InlineData("a = \"tab\\tquote\\\"slash\\\\solidus\\/line\\nunicode\\u00e9\"", "tab\tquote\"slash\\solidus/line\nunicodeé")]
    [InlineData("a = \"\"\"raw \\n \"quoted\"\nsecond line\"\"\"", "raw \\n \"quoted\"\nsecond line")]
    [InlineData("a = \"  inner  \"", "inner")]
    [InlineData("a = null", null)]
    [InlineData("a = \"null\"", null)]
    [InlineData("a = é\u6f22\ud83d\ude42", "é\u6f22\ud83d\ude42")]
    public void Text_is_unquoted_quoted_or_concatenated(string hocon, string? expected) => Assert.Equal(expected, Text(hocon));

    [Theory]
    [InlineData("a = [1, 2, 3]")]
    [InlineData("a = [ 1,2,3, ]")]
    [InlineData("a = [\n  1\n  2 # two\n  3\n]")]
    [InlineData("a = [1] [2, 3]")]
    [InlineData("b = [2, 3]\na = [1] ${b}")]
    [InlineData("a = [9]\na = [1, 2, 3]")]
    public void Lists_are_split_by_commas_or_lines_and_concatenate(string hocon) =>
        Assert.Equal([1, 2, 3], ConfigurationFactory.ParseString(hocon).GetIntList("a"));

    [Fact]
    public void Lists_hold_lists_objects_and_concatenated_text()
    {
        var config = ConfigurationFactory.ParseString("a = [[1, 2], [3]]\nb = [{ x = 1 }, { x = 2 }]\nc = [1 2 3]\nd = []");
        Assert.Equal([2, 1], config.GetValue("a")!.GetArray().Select(inner => inner.GetArray().Count));
        Assert.Equal(["1", "2"], config.GetValue("b")!.GetArray().Select(item => item.GetObject()!.GetKey("x")!.GetString()));
        Assert.Equal(["1 2 3"], config.GetStringList("c"));
        Assert.Empty(config.GetStringList("d"));
        Assert.True(config.HasPath("d"));
    }

    [Fact]
    public void A_blank_between_brackets_is_an_element_without_value()
    {
        Assert.Empty(ConfigurationFactory.ParseString("a = []").GetStringList("a"));
        Assert.Equal([null], ConfigurationFactory.ParseString("a = [ ]").GetStringList("a"));
    }

    [Theory]
    [InlineData("a = tcp://host")]
    [InlineData("a = [tcp://host]")]
    [InlineData("a = b=c")]
    public void Unquoted_text_with_an_assignment_sign_is_a_configuration_exception(string hocon) =>
        Assert.Throws<ConfigurationException>(() => ConfigurationFactory.ParseString(hocon));

    [Theory]
    [InlineData("a = 1\n!b = 2")]
    [InlineData("a = $b")]
    [InlineData("a = \"\\q\" ")]
    [InlineData("a { b = 1 } , c = 2")]
    public void A_sign_that_fits_nowhere_is_a_format_exception(string hocon) =>
        Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString(hocon));

    [Fact]
    public void A_value_must_follow_the_assignment_sign() => Assert.ThrowsAny<Exception>(() => ConfigurationFactory.ParseString("a ="));

    [Fact]
    public void A_long_text_is_read()
    {
        var megabyte = new string('x', 1 << 20);
        Assert.Equal(megabyte, Text($"a = \"{megabyte}\""));
    }
}
