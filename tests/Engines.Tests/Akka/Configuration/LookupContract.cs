using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Akka.Configuration;

/// <summary>What the getters of <see cref="Config"/> answer.</summary>
public sealed class LookupContract
{
    private static Config A(string value) => ConfigurationFactory.ParseString($"a = {value}");

    [Fact]
    public void An_absent_path_gives_the_default()
    {
        var config = ConfigurationFactory.ParseString("a.b = 1");
        Assert.Null(config.GetString("a.c"));
        Assert.Equal("d", config.GetString("x", "d"));
        Assert.Equal(0, config.GetInt("a.c"));
        Assert.Equal(7, config.GetInt("x.y", 7));
        Assert.Equal(7L, config.GetLong("x", 7));
        Assert.Equal(0.5, config.GetDouble("x", 0.5));
        Assert.Equal(0.5f, config.GetFloat("x", 0.5f));
        Assert.Equal(0.5m, config.GetDecimal("x", 0.5m));
        Assert.True(config.GetBoolean("x", true));
        Assert.False(config.GetBoolean("x"));
        Assert.Equal(TimeSpan.Zero, config.GetTimeSpan("x"));
        Assert.Equal(TimeSpan.FromSeconds(3), config.GetTimeSpan("x", TimeSpan.FromSeconds(3)));
        Assert.Null(config.GetByteSize("x", null));
        Assert.Equal(9, config.GetByteSize("x", 9));
        Assert.Empty(config.GetStringList("x"));
        Assert.Equal(["d"], config.GetStringList("x", ["d"]));
        Assert.Null(config.GetConfig("x"));
        Assert.Null(config.GetValue("x"));
    }

    [Fact]
    public void Has_path_is_true_of_objects_values_and_null()
    {
        var config = ConfigurationFactory.ParseString("a { b = null }");
        Assert.True(config.HasPath("a"));
        Assert.True(config.HasPath("a.b"));
        Assert.False(config.HasPath("a.b.c"));
        Assert.False(config.HasPath("b"));
    }

    [Fact]
    public void Numbers_are_read_with_a_point_whatever_the_culture()
    {
        Assert.Equal(-42, A("-42").GetInt("a"));
        Assert.Equal(9_000_000_000, A("9000000000").GetLong("a"));
        Assert.Equal(1.5e-4, A("1.5e-4").GetDouble("a"));
        Assert.Equal(0.25f, A("\"0.25\"").GetFloat("a"));
        Assert.Equal(0.1m, A("0.1").GetDecimal("a"));
    }

    [Fact]
    public void What_is_no_number_is_a_format_exception_and_what_does_not_fit_an_overflow()
    {
        Assert.Throws<FormatException>(() => A("one").GetInt("a"));
        Assert.Throws<FormatException>(() => A("1.5").GetInt("a"));
        Assert.Throws<FormatException>(() => A("x").GetDouble("a"));
        Assert.Throws<OverflowException>(() => A("9000000000").GetInt("a"));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("on", true)]
    [InlineData("false", false)]
    [InlineData("off", false)]
    public void Truth_values_are_true_on_false_and_off(string text, bool expected) => Assert.Equal(expected, A(text).GetBoolean("a", !expected));

    [Theory]
    [InlineData("yes")]
    [InlineData("True")]
    [InlineData("1")]
    public void Other_truth_values_are_not_supported(string text) => Assert.Throws<NotSupportedException>(() => A(text).GetBoolean("a"));

    [Theory]
    [InlineData("5s", 5000)]
    [InlineData("5 seconds", 5000)]
    [InlineData("1.5 minutes", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1 day", 86_400_000)]
    [InlineData("250 ms", 250)]
    [InlineData("500 micros", 0.5)]
    [InlineData("1000 ns", 0.001)]
    [InlineData("100", 100)]
    [InlineData("0", 0)]
    public void Durations_have_units_and_are_milliseconds_without(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond)), A(text).GetTimeSpan("a"));

    [Fact]
    public void Infinite_is_a_duration_unless_it_may_not_be()
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, A("infinite").GetTimeSpan("a"));
        Assert.Throws<FormatException>(() => A("infinite").GetTimeSpan("a", allowInfinite: false));
    }

    [Theory]
    [InlineData("-5s")]
    [InlineData("-5")]
    [InlineData("5 fortnights")]
    [InlineData("soon")]
    public void What_is_no_duration_is_a_format_exception(string text) => Assert.Throws<FormatException>(() => A(text).GetTimeSpan("a"));

    [Theory]
    [InlineData("128", 128)]
    [InlineData("128b", 128)]
    [InlineData("128 kB", 128_000)]
    [InlineData("128 KiB", 131_072)]
    [InlineData("64MiB", 67_108_864)]
    [InlineData("64m", 67_108_864)]
    [InlineData("2 GB", 2_000_000_000)]
    [InlineData("3 gibibytes", 3_221_225_472)]
    public void Sizes_count_in_thousands_or_in_1024s(string text, long bytes) => Assert.Equal(bytes, A(text).GetByteSize("a", null));

    [Theory]
    [InlineData("128 kb")]
    [InlineData("1.5 MiB")]
    [InlineData("many")]
    public void What_is_no_size_is_a_format_exception(string text) => Assert.Throws<FormatException>(() => A(text).GetByteSize("a", null));

    [Fact]
    public void Lists_are_read_in_each_type()
    {
        Assert.Equal(["x", "y"], A("[x, \"y\"]").GetStringList("a"));
        Assert.Equal([1L, 2L], A("[1, 2]").GetLongList("a"));
        Assert.Equal([0.5, 1.5], A("[0.5, 1.5]").GetDoubleList("a"));
        Assert.Equal([0.5f], A("[0.5]").GetFloatList("a"));
        Assert.Equal([0.5m], A("[0.5]").GetDecimalList("a"));
        Assert.Equal([true, false], A("[on, false]").GetBooleanList("a"));
        Assert.Throws<FormatException>(() => A("[1, x]").GetIntList("a"));
        Assert.Empty(A("5").GetStringList("a"));
    }

    [Fact]
    public void An_object_and_a_list_have_no_text()
    {
        Assert.Null(A("{ b = 1 }").GetString("a"));
        Assert.Null(A("[1]").GetString("a"));
    }

    [Fact]
    public void A_value_says_what_it_is()
    {
        Assert.True(A("{ b = 1 }").GetValue("a")!.IsObject());
        Assert.True(A("[1]").GetValue("a")!.IsArray());
        Assert.True(A("1").GetValue("a")!.IsString());
        Assert.False(A("1").GetValue("a")!.IsObject());
    }

    [Fact]
    public void A_section_is_a_configuration_of_its_own()
    {
        var section = ConfigurationFactory.ParseString("a { b { c = 1, d = on } }").GetConfig("a.b")!;
        Assert.Equal(1, section.GetInt("c"));
        Assert.True(section.GetBoolean("d"));
        Assert.Equal(["c", "d"], section.AsEnumerable().Select(item => item.Key));
    }

    [Fact]
    public void Nothing_is_empty()
    {
        Assert.True(ConfigurationFactory.Empty.IsEmpty);
        Assert.True(Config.Empty.IsNullOrEmpty());
        Assert.True(ConfigurationFactory.ParseString(" # nothing\n").IsEmpty);
        Assert.False(A("1").IsEmpty);
        Assert.True(((Config?)null).IsNullOrEmpty());
    }

    [Fact]
    public void Text_becomes_a_configuration_where_one_is_expected()
    {
        Config config = "a.b = 1";
        Assert.Equal(1, config.GetInt("a.b"));
    }
}
