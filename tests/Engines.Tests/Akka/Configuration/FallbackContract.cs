using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Akka.Configuration;

/// <summary>How configurations stand on one another.</summary>
public sealed class FallbackContract
{
    private static readonly Config Above = ConfigurationFactory.ParseString("a { x = 1, deep { p = 1 } }");
    private static readonly Config Below = ConfigurationFactory.ParseString("a { x = 2, y = 3, deep { p = 2, q = 4 } }\nb = 5");

    [Fact]
    public void The_upper_value_wins_and_objects_merge()
    {
        var config = Above.WithFallback(Below);
        Assert.Equal([1, 3, 1, 4, 5], new[] { "a.x", "a.y", "a.deep.p", "a.deep.q", "b" }.Select(path => config.GetInt(path)));
        Assert.Equal(4, config.GetConfig("a.deep")!.GetInt("q"));
        Assert.Equal(1, config.GetConfig("a.deep")!.GetInt("p"));
    }

    [Fact]
    public void Neither_of_the_two_changes()
    {
        Above.WithFallback(Below);
        Assert.False(Above.HasPath("a.y"));
        Assert.Equal(2, Below.GetInt("a.x"));
    }

    [Fact]
    public void Several_levels_are_searched_from_the_top()
    {
        var config = ConfigurationFactory.ParseString("a.z = 9").WithFallback(Above).WithFallback(Below);
        Assert.Equal([9, 1, 3], new[] { "a.z", "a.x", "a.y" }.Select(path => config.GetInt(path)));
    }

    [Fact]
    public void A_value_hides_an_object_below_it_and_the_other_way_round()
    {
        var config = ConfigurationFactory.ParseString("a { x = { y = 1 }, z = 2 }")
            .WithFallback(ConfigurationFactory.ParseString("a { x = 3, z { w = 4 } }"));
        Assert.Equal(1, config.GetInt("a.x.y"));
        Assert.Equal(2, config.GetInt("a.z"));
        Assert.False(config.HasPath("a.z.w"));
    }

    [Fact]
    public void An_empty_configuration_is_replaced_and_a_missing_fallback_ignored()
    {
        Assert.Equal(5, ConfigurationFactory.Empty.WithFallback(Below).GetInt("b"));
        Assert.Same(Above, Above.WithFallback(null));
        Assert.Same(Above, ((Config?)null).SafeWithFallback(Above));
    }

    [Fact]
    public void A_configuration_is_no_fallback_of_itself() => Assert.Throws<ArgumentException>(() => Above.WithFallback(Above));

    [Fact]
    public void Every_key_is_listed_once()
    {
        var keys = Above.WithFallback(Below).AsEnumerable().Select(item => item.Key).Order();
        Assert.Equal(["a", "b"], keys);
    }

    [Fact]
    public void Its_text_is_its_own_keys_or_all_of_them_and_parses_again()
    {
        var config = Above.WithFallback(Below);
        var own = ConfigurationFactory.ParseString(config.ToString());
        var all = ConfigurationFactory.ParseString(config.ToString(includeFallback: true));
        Assert.Equal(1, own.GetInt("a.x"));
        Assert.False(own.HasPath("b"));
        Assert.Equal(5, all.GetInt("b"));
        Assert.Equal(4, all.GetInt("a.deep.q"));
    }
}
