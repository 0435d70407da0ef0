using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorRlhf.Engines.Tests.Akka.Configuration;

/// <summary><c>${path}</c> and <c>include</c>.</summary>
public sealed class SubstitutionContract
{
    [Fact]
    public void A_substitution_stands_for_text_lists_and_objects()
    {
        var config = ConfigurationFactory.ParseString(
            """
            name = Roger
            greeting = my name is ${name}
            three = [1, 2, 3]
            six = ${three} [4, 5, 6]
            base { x = 1, y { z = 2 } }
            copy = ${base}
            deep = ${copy}
            """);
        Assert.Equal("my name is Roger", config.GetString("greeting"));
        Assert.Equal([1, 2, 3, 4, 5, 6], config.GetIntList("six"));
        Assert.Equal(1, config.GetInt("copy.x"));
        Assert.Equal(2, config.GetInt("deep.y.z"));
        Assert.Equal(["name", "three", "base", "copy"], config.Substitutions.Select(substitution => substitution.Path));
    }

    [Fact]
    public void It_stands_for_what_the_text_says_last_even_below_it()
    {
        var config = ConfigurationFactory.ParseString("a = ${b}\nb = 1\nb = 2");
        Assert.Equal(2, config.GetInt("a"));
    }

    [Fact]
    public void A_path_that_is_not_there_is_a_format_exception()
    {
        var error = Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString("a = ${b.c}"));
        Assert.Contains("Unresolved substitution: b.c", error.Message);
    }

    [Fact]
    public void An_include_merges_what_the_callback_gives()
    {
        static HoconRoot Read(string name) => Parser.Parse(name == "base.conf" ? "x = 1, y { p = 1, q = 2 }" : throw new FileNotFoundException(name), null);
        var config = ConfigurationFactory.ParseString("a { y { p = 0 }\n include \"base.conf\"\n x = 5 }", Read);
        Assert.Equal([5, 1, 2], new[] { "a.x", "a.y.p", "a.y.q" }.Select(path => config.GetInt(path)));
    }

    [Fact]
    public void A_substitution_in_an_included_text_is_relative_to_where_it_is_included()
    {
        var config = ConfigurationFactory.ParseString("a { include \"inner\" }", _ => Parser.Parse("x = 1\ny = ${x}", null));
        Assert.Equal(1, config.GetInt("a.y"));
    }

    [Fact]
    public void Include_is_a_key_where_no_quoted_name_follows() =>
        Assert.Equal(1, ConfigurationFactory.ParseString("include = 1\nincluded = 2").GetInt("include"));
}
