using ActorRlhf.Host.Settings;
using ActorRlhf.Model;
using Akka.Configuration;

namespace ActorRlhf.Host.Tests.Settings;

public sealed class SettingsReaderTests
{
    private static SampleSettings Read(string members) =>
        SettingsReader.Read<SampleSettings>(SettingsDocument.Parse($"rlhf.ppo {{\n{members}\n}}", "demo.conf"), "rlhf.ppo");

    private static string Message(string members) => Assert.Throws<UserErrorException>(() => Read(members)).Message;

    [Fact]
    public void Absent_keys_keep_the_initializers()
    {
        var settings = Read("");
        Assert.Equal(ResolvedConfiguration.Write(new SampleSettings()), ResolvedConfiguration.Write(settings));
        Assert.Equal(3e-4, settings.Optimizer.LearningRate);
    }

    [Fact]
    public void Every_kind_of_value_is_read()
    {
        var settings = Read(
            """
            name = tl;dr run
            verbose = off
            epochs = 7
            total-episodes = 5000000000
            kl-coefficient = 1.5e-2
            temperature = 0.7
            price = 2.50
            timeout = 1.5 minutes
            cache-bytes = 128 kB
            kind = adaptive-kl
            top-k = 50
            note = "two\nlines"
            widths = [3, 4, 5]
            tags = [a, "b c"]
            weights { "per.token" = 0.5, total = 2 }
            value-optimizer { beta1 = 0.8 }
            tasks = [{ format = "POST: {post}", length = 24 }, { format = x }]
            """);
        Assert.Equal("tl;dr run", settings.Name);
        Assert.False(settings.Verbose);
        Assert.Equal(7, settings.Epochs);
        Assert.Equal(5_000_000_000, settings.TotalEpisodes);
        Assert.Equal(0.015, settings.KlCoefficient);
        Assert.Equal(0.7f, settings.Temperature);
        Assert.Equal(2.5m, settings.Price);
        Assert.Equal(TimeSpan.FromSeconds(90), settings.Timeout);
        Assert.Equal(128_000, settings.CacheBytes);
        Assert.Equal(SampleKind.AdaptiveKl, settings.Kind);
        Assert.Equal(50, settings.TopK);
        Assert.Equal("two\nlines", settings.Note);
        Assert.Equal([3, 4, 5], settings.Widths);
        Assert.Equal(["a", "b c"], settings.Tags);
        Assert.Equal(0.5, settings.Weights["per.token"]);
        Assert.Equal(2, settings.Weights["total"]);
        Assert.Equal(new SampleOptimizer { Beta1 = 0.8 }, settings.ValueOptimizer);
        Assert.Equal([new SampleTask { Format = "POST: {post}", Length = 24 }, new SampleTask { Format = "x" }], settings.Tasks);
    }

    [Fact]
    public void A_nested_section_keeps_what_its_initializer_says()
    {
        var settings = Read("optimizer.beta1 = 0.5");
        Assert.Equal(new SampleOptimizer { LearningRate = 3e-4, Beta1 = 0.5 }, settings.Optimizer);
    }

    [Fact]
    public void Null_is_read_where_the_property_may_be_null()
    {
        var settings = Read("top-k = null\nnote = null\nvalue-optimizer = null");
        Assert.Null(settings.TopK);
        Assert.Null(settings.Note);
        Assert.Null(settings.ValueOptimizer);
        Assert.Equal("demo.conf line 2: rlhf.ppo.name = null; expected text", Message("name = null"));
        Assert.StartsWith("demo.conf line 2: rlhf.ppo.epochs = null; expected a whole number", Message("epochs = null"));
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"null\"", "null")]
    [InlineData("\"\\n\\nTL;DR: \"   ", "\n\nTL;DR: ")]
    [InlineData("\" \"", " ")]
    [InlineData("plain words   ", "plain words")]
    [InlineData("a \"b\"c", "a bc")]
    public void Quoted_text_is_read_to_the_letter(string hocon, string expected)
    {
        Assert.Equal(expected, Read($"name = {hocon}").Name);
        Assert.Equal(expected, Read($"tags = [{hocon}]").Tags[0]);
    }

    [Theory]
    [InlineData("epochs = 4.5", "rlhf.ppo.epochs = 4.5; expected a whole number from -2147483648 to 2147483647")]
    [InlineData("epochs = 9000000000", "rlhf.ppo.epochs = 9000000000; expected a whole number from -2147483648 to 2147483647")]
    [InlineData("total-episodes = many", "rlhf.ppo.total-episodes = many; expected a whole number")]
    [InlineData("kl-coefficient = small", "rlhf.ppo.kl-coefficient = small; expected a number")]
    [InlineData("kl-coefficient = NaN", "rlhf.ppo.kl-coefficient = NaN; expected a number")]
    [InlineData("price = x", "rlhf.ppo.price = x; expected a number")]
    [InlineData("verbose = yes", "rlhf.ppo.verbose = yes; expected true or false")]
    [InlineData("timeout = 30", "rlhf.ppo.timeout = 30; expected a duration with its unit, such as 30s, 200ms, 1.5 hours or infinite")]
    [InlineData("timeout = 3 fortnights", "rlhf.ppo.timeout = 3 fortnights; expected a duration with its unit, such as 30s, 200ms, 1.5 hours or infinite")]
    [InlineData("cache-bytes = 3 loads", "rlhf.ppo.cache-bytes = 3 loads; expected a size such as 65536, 64MiB or 2 GB")]
    [InlineData("cache-bytes = -1", "rlhf.ppo.cache-bytes = -1; expected a size such as 65536, 64MiB or 2 GB")]
    [InlineData("kind = adaptive", "rlhf.ppo.kind = adaptive; expected one of fixed, adaptive-kl; did you mean adaptive-kl?")]
    [InlineData("kind = 1", "rlhf.ppo.kind = 1; expected one of fixed, adaptive-kl")]
    [InlineData("name = [x]", "rlhf.ppo.name = [ … ]; expected text")]
    [InlineData("name { x = 1 }", "rlhf.ppo.name = { … }; expected text")]
    [InlineData("widths = 3", "rlhf.ppo.widths = 3; expected a list in square brackets")]
    [InlineData("weights = 3", "rlhf.ppo.weights = 3; expected a section in braces")]
    [InlineData("optimizer = adam", "rlhf.ppo.optimizer = adam; expected a section in braces")]
    [InlineData("epochs = \"\"", "rlhf.ppo.epochs = \"\"; expected a whole number from -2147483648 to 2147483647")]
    public void A_value_of_the_wrong_type_names_what_was_expected(string member, string expected) =>
        Assert.Equal("demo.conf line 2: " + expected, Message(member));

    [Theory]
    [InlineData("epochs = 0", "rlhf.ppo.epochs = 0; allowed: from 1 to 1000")]
    [InlineData("total-episodes = -5", "rlhf.ppo.total-episodes = -5; allowed: at least 1")]
    [InlineData("kl-coefficient = 0", "rlhf.ppo.kl-coefficient = 0; allowed: above 0 and below 1")]
    [InlineData("kl-coefficient = 1.4", "rlhf.ppo.kl-coefficient = 1.4; allowed: above 0 and below 1")]
    [InlineData("temperature = -1", "rlhf.ppo.temperature = -1; allowed: above 0")]
    [InlineData("timeout = 10ms", "rlhf.ppo.timeout = 10ms; allowed: from 100ms to 1days")]
    [InlineData("optimizer.learning-rate = 2", "rlhf.ppo.optimizer.learning-rate = 2; allowed: from 0 to 1")]
    [InlineData("widths = [1, 9]", "rlhf.ppo.widths[1] = 9; allowed: from 1 to 8")]
    public void A_value_out_of_range_names_the_range(string member, string expected) =>
        Assert.Equal("demo.conf line 2: " + expected, Message(member));

    [Fact]
    public void An_unknown_key_names_the_nearest_one_and_all_of_them()
    {
        Assert.Equal(
            "demo.conf line 2: unknown key rlhf.ppo.optimizer.learning-rat; did you mean learning-rate? Known keys: learning-rate, beta1",
            Message("optimizer.learning-rat = 0.1"));
        Assert.Contains("unknown key rlhf.ppo.klCoefficient; did you mean kl-coefficient? Known keys: name, verbose, epochs,", Message("klCoefficient = 0.1"));
        Assert.Contains("unknown key rlhf.ppo.zebra; Known keys: name,", Message("zebra = 1"));
        Assert.Contains("unknown key rlhf.ppo.computed", Message("computed = 1"));
        Assert.Contains("unknown key rlhf.ppo.\"kl coefficient\"; did you mean kl-coefficient?", Message("\"kl coefficient\" = 1"));
    }

    [Fact]
    public void A_missing_required_key_is_named() => Assert.Equal(
        "demo.conf line 3: rlhf.ppo.tasks[1].format is missing and has no default; expected text",
        Message("tasks = [{ format = x },\n{ length = 3 }]"));

    [Fact]
    public void All_errors_are_reported_together()
    {
        var lines = Message("epochs = 0\nkl-coeficient = 0.1\n\ntimeout = soon\noptimizer { beta1 = x }").Split('\n');
        Assert.Equal("demo.conf has 4 errors:", lines[0]);
        Assert.Equal(["  demo.conf line 3", "  demo.conf line 2", "  demo.conf line 5", "  demo.conf line 6"], lines[1..].Select(line => line.Split(':')[0]));
    }

    [Fact]
    public void A_record_that_validates_itself_is_heard()
    {
        var error = Assert.Throws<UserErrorException>(() =>
            SettingsReader.Read<SampleShape>(SettingsDocument.Parse("model { width = 8\n heads = 3 }", "demo.conf"), "model"));
        Assert.Equal("demo.conf line 1: model: heads = 3 does not divide width = 8", error.Message);
    }

    [Fact]
    public void A_section_that_is_absent_is_all_defaults_but_not_if_it_is_misspelt()
    {
        var document = SettingsDocument.Parse("# first\nrlfh.ppo.epochs = 1\nother { x = 1 }", "demo.conf");
        Assert.Equal(4, SettingsReader.Read<SampleSettings>(SettingsDocument.Parse("other = 1"), "rlhf.ppo").Epochs);
        var error = Assert.Throws<UserErrorException>(() => SettingsReader.Read<SampleSettings>(document, "rlhf.ppo"));
        Assert.Equal("demo.conf line 2: unknown key rlfh; did you mean rlhf?", error.Message);
        error = Assert.Throws<UserErrorException>(() => SettingsReader.Read<SampleSettings>(document, "other.x"));
        Assert.Equal("demo.conf line 3: other.x = 1; expected a section in braces", error.Message);
    }

    [Fact]
    public void A_config_of_akkas_own_making_is_read_too()
    {
        var config = ConfigurationFactory.ParseString("shape { width = 12 # wide\n heads = ${heads} }\nheads = 4 ");
        Assert.Equal(new SampleShape { Width = 12, Heads = 4 }, SettingsReader.Read<SampleShape>(config, "shape"));
        var error = Assert.Throws<UserErrorException>(() => SettingsReader.Read<SampleShape>(config, "", "reference"));
        Assert.Contains("reference: unknown key shape", error.Message);
        Assert.Equal(new SampleShape(), SettingsReader.Read<SampleShape>(ConfigurationFactory.Empty, "shape"));
    }

    [Fact]
    public void A_value_in_a_message_is_short_and_on_one_line()
    {
        var message = Message($"epochs = \"line\\nline{new string('x', 10_000)}\"");
        Assert.InRange(message.Length, 50, 250);
        Assert.DoesNotContain('\n', message);
    }
}
