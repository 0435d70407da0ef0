using System.Text;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Tests.Settings;

public sealed class SettingsDocumentTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rlhf-settings");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("a = 1", "1")]
    [InlineData("a : 1,", "1")]
    [InlineData("{ \"a\" : 1 }", "1")]
    [InlineData("\ufeffa = 1", "1")]
    [InlineData("# c\na = one  two // c", "one  two")]
    [InlineData("a = \"x\" y \"z\"", "x y z")]
    [InlineData("b = 2\na = x${b}\"y\"", "x2y")]
    [InlineData("a = ${b}\nb = \"\"\"raw \"q\" \\n\"\"\"", "raw \"q\" \\n")]
    [InlineData("a { x = 1 }\na = 5", "5")]
    [InlineData("a { x = 1 }\na = ${b}\nb = 5", "5")]
    [InlineData("a = \"tcp://host:1\"", "tcp://host:1")]
    [InlineData("a =\n  1\r\nb = 2", "1")]
    public void A_key_has_its_value(string hocon, string expected) => Assert.Equal(expected, SettingsDocument.Parse(hocon).Config.GetString("a"));

    [Theory]
    [InlineData("a = [1, 2, 3]")]
    [InlineData("a = [\n1 # one\n2\n, 3,\n]")]
    [InlineData("a = [1] [2] [3]")]
    [InlineData("a = ${b} [3]\nb = [1, 2]")]
    [InlineData("a { x = 1 }\na = [1, 2, 3]")]
    [InlineData("a = [1, ${?UNSET}, 2, 3]")]
    public void A_list_has_its_elements(string hocon) =>
        Assert.Equal([1, 2, 3], SettingsDocument.Parse(hocon, environment: _ => null).Config.GetIntList("a"));

    [Fact]
    public void Objects_merge_and_keys_may_be_dotted_or_quoted()
    {
        var config = SettingsDocument.Parse("a { b { x = 1 }, \"c.d\" = 2 }\na.b.y = 3, e = ${a.b}\nf = [{ x = ${a.b.y} }]").Config;
        Assert.Equal([1, 3, 2, 1, 3], new[] { "a.b.x", "a.b.y", "a.\"c.d\"", "e.x", "e.y" }.Select(path => config.GetInt(path)));
        Assert.Equal("3", config.GetValue("f")!.GetArray()[0].GetObject()!.GetKey("x")!.GetString());
    }

    [Theory]
    [InlineData("a = 1\nrate 0.5", "c line 2, column 6: expected '=', ':' or '{' after the key rate, found '0'")]
    [InlineData("a\nb = 1", "c line 2, column 1: expected '=', ':' or '{' after the key a, found 'b'")]
    [InlineData("a = tcp://host", "c line 1, column 8: expected a new line or a comma, found ':'; text with such a sign needs double quotes")]
    [InlineData("a = [x:y]", "c line 1, column 7: expected a comma or ']' in the list a, found ':'; text with such a sign needs double quotes")]
    [InlineData("a = ", "c line 1, column 5: expected a value for a, found the end")]
    [InlineData("a = 🙂, b = !", "c line 1, column 13: expected a value for b, found '!'")]
    [InlineData("a = $b", "c line 1, column 5: a value that contains $ needs double quotes, unless it is ${key} or ${?VARIABLE}")]
    [InlineData("a = ${b c}", "c line 1, column 5: expected ${key} or ${?VARIABLE}")]
    [InlineData("a {\n b = 1\n", "c line 3, column 1: the { of a (c line 1) is never closed")]
    [InlineData("{ a = 1", "the { of c line 1 is never closed")]
    [InlineData("a = [1,\n2", "c line 2, column 2: expected a comma or ']' in the list a, found the end")]
    [InlineData("a = [1,\n", "c line 2, column 1: the [ of a (c line 1) is never closed")]
    [InlineData("a = 1 }\nb = 2", "c line 1, column 7: found '}' where the text should end")]
    [InlineData("a = 1\n]", "c line 2, column 1: expected a key, found ']'")]
    [InlineData("a = [1,,2]", "c line 1, column 8: expected a value for a[1], found ','")]
    [InlineData("a = { x = 1 } b = 2", "c line 1, column 15: expected a new line or a comma, found 'b'")]
    [InlineData("a = x { y = 1 }", "an object cannot be joined to what stands before it in a")]
    [InlineData("a = x [1]", "a list cannot be joined to text in a")]
    [InlineData("a = [1] x", "text cannot be joined to a list in a")]
    [InlineData("a = [1] ${?SET}", "text cannot be joined to a list in a")]
    [InlineData("a = \"open\nb = 1", "c line 1, column 5: this quoted text is not closed on its line")]
    [InlineData("a = \"\"\"open\nb = 1", "c line 1, column 5: this text in triple quotes is never closed")]
    [InlineData("a = \"\\q\"", "c line 1, column 6: this escape is unknown")]
    [InlineData("a = \"\\u12\"", "c line 1, column 6: this escape is unknown")]
    [InlineData("\"\" = 1", "c line 1, column 1: this key has no name")]
    [InlineData("a += [1]", "Akka.NET's HOCON has no +=; give the whole list with =")]
    [InlineData("a = ${nowhere.b}", "c line 1: a = ${nowhere.b}: there is no key nowhere.b; an environment variable is written ${?nowhere.b}")]
    [InlineData("a = ${b}\na.x = 1\nb.y = 1", "a is a substitution (c line 1), and Akka.NET's HOCON cannot add keys to one")]
    public void Malformed_text_is_an_error_with_line_and_column(string hocon, string expected)
    {
        var error = Assert.Throws<UserErrorException>(() => SettingsDocument.Parse(hocon, "c", environment: name => name == "SET" ? "x" : null));
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("a = ${a}")]
    [InlineData("a = x ${a}")]
    [InlineData("a = ${b}\nb = ${a}")]
    [InlineData("a { b = ${a} }")]
    [InlineData("a = [${a}]")]
    [InlineData("a { x = ${b.y} }\nb { y = ${a} }")]
    public void A_value_that_would_contain_itself_is_an_error(string hocon) =>
        Assert.Contains("would contain itself", Assert.Throws<UserErrorException>(() => SettingsDocument.Parse(hocon)).Message);

    [Fact]
    public void A_substitution_that_was_overridden_makes_no_circle() =>
        Assert.Equal(1, SettingsDocument.Parse("a = ${b}\na = 1\nb = ${a}").Config.GetInt("b"));

    [Fact]
    public void Long_chains_and_many_substitutions_are_refused()
    {
        var chain = "k0 = x\n" + string.Concat(Enumerable.Range(1, 50).Select(i => $"k{i} = ${{k{i - 1}}}${{k{i - 1}}}\n"));
        Assert.Contains("substitutions of substitutions", Assert.Throws<UserErrorException>(() => SettingsDocument.Parse(chain)).Message);
        var many = "k = x\na = " + string.Concat(Enumerable.Repeat("${k}", 2000));
        Assert.Contains("more than 1000 substitutions", Assert.Throws<UserErrorException>(() => SettingsDocument.Parse(many)).Message);
    }

    [Theory]
    [InlineData("a = ${?PORT}", "80")]
    [InlineData("a = 1\na = ${?UNSET}", "1")]
    [InlineData("a = port-${?PORT}\"x\"", "port-80x")]
    [InlineData("a = port-${?UNSET}", "port-")]
    [InlineData("a = 1\na = ${?UNSET} ${?UNSET}", "1")]
    [InlineData("a = ${?EMPTY}", "")]
    [InlineData("a = \"\"${?EMPTY}\"x\"", "x")]
    [InlineData("a = ${?HOSTILE}", "} \" ${a} \\ # [")]
    public void An_environment_variable_is_text_and_changes_nothing_where_it_is_not_set(string hocon, string expected)
    {
        var environment = new Dictionary<string, string> { ["PORT"] = "80", ["EMPTY"] = "", ["HOSTILE"] = "} \" ${a} \\ # [" };
        Assert.Equal(expected, SettingsDocument.Parse(hocon, environment: environment.GetValueOrDefault).Config.GetString("a"));
    }

    [Fact]
    public void The_process_environment_is_asked_by_default() =>
        Assert.Equal(Environment.GetEnvironmentVariable("PATH")!.Trim(), SettingsDocument.Parse("a = ${?PATH}").Config.GetString("a"));

    [Fact]
    public void Includes_are_relative_to_the_including_file_and_merge()
    {
        Write("parts/base.conf", "{ x = 1, y = 2, include \"more.conf\" }");
        Write("parts/more.conf", "z = ${rlhf.x}");
        var file = Write("demo.conf", "rlhf {\n  include \"parts/base.conf\"\n  y = 3\n}\n");
        var document = SettingsDocument.Load(file);
        Assert.Equal([1, 3, 1], new[] { "x", "y", "z" }.Select(key => document.Config.GetInt("rlhf." + key)));
        Assert.Equal(new SourcePosition(Path.Combine(_folder.FullName, "parts/base.conf"), 1), document.Find("rlhf.x"));
        Assert.Equal(new SourcePosition(file, 3), document.Find("rlhf.y"));
    }

    [Fact]
    public void The_same_file_may_be_included_twice()
    {
        Write("base.conf", "x = 1");
        var document = SettingsDocument.Load(Write("demo.conf", "a { include \"base.conf\" }\nb { include \"base.conf\" }"));
        Assert.Equal(2, document.Config.GetInt("a.x") + document.Config.GetInt("b.x"));
    }

    [Fact]
    public void An_include_that_is_missing_or_circular_or_malformed_names_the_files()
    {
        var demo = Write("demo.conf", "\ninclude \"a.conf\"");
        Assert.StartsWith($"{demo} line 2: include \"{At("a.conf")}\": no such file", LoadError(demo));
        Write("a.conf", "include \"b.conf\"");
        Write("b.conf", "include \"a.conf\"");
        Assert.EndsWith($"circle: {At("a.conf")} → {At("b.conf")} → {At("a.conf")}", LoadError(demo));
        Write("a.conf", "x = 1\n{");
        Assert.StartsWith($"{At("a.conf")} line 2, column 1: expected a key", LoadError(demo));
        Assert.StartsWith($"{At("none.conf")}: no such file", LoadError(At("none.conf")));
        Assert.Contains("cannot be read", LoadError(_folder.FullName));
    }

    [Fact]
    public void Includes_that_multiply_are_bounded()
    {
        for (var i = 0; i < 30; i++)
            Write($"{i}.conf", $"include \"{i + 1}.conf\"\ninclude \"{i + 1}.conf\"");
        Write("30.conf", "x = 1");
        Assert.Contains("more than 100 includes", LoadError(At("0.conf")));
    }

    [Theory]
    [InlineData("rlhf.x=5", "5")]
    [InlineData("rlhf.x = a b ", "a b")]
    [InlineData("rlhf.x=tcp://host:80/a=b", "tcp://host:80/a=b")]
    [InlineData("rlhf.x=", "")]
    [InlineData("rlhf.x=\"a\"", "a")]
    [InlineData("rlhf.x=null", null)]
    [InlineData("rlhf.x=${rlhf.y}", "2")]
    [InlineData("rlhf { x : 9 }=", null)]
    public void An_override_lies_on_top(string option, string? expected)
    {
        if (option.Contains('{') && !option.Contains('$'))
        {
            Assert.Throws<UserErrorException>(() => SettingsDocument.Parse("rlhf.x = 1", overrides: [option]));
            return;
        }

        Assert.Equal(expected, SettingsDocument.Parse("rlhf { x = 1, y = 2 }", overrides: [option]).Config.GetString("rlhf.x"));
    }

    [Fact]
    public void Overrides_reach_lists_and_what_substitutes_them()
    {
        var config = SettingsDocument.Parse("n = 1\nm = ${n}\nl = [1]\no { x = 1 }", overrides: ["n=7", "l=[2, 3]", "o={ y = 2 }"]).Config;
        Assert.Equal(7, config.GetInt("m"));
        Assert.Equal([2, 3], config.GetIntList("l"));
        Assert.Equal(3, config.GetInt("o.x") + config.GetInt("o.y"));
    }

    [Fact]
    public void A_bad_override_is_named_in_full()
    {
        static string Error(string option) => Assert.Throws<UserErrorException>(() =>
            SettingsReader.Read<SampleSettings>(SettingsDocument.Parse("", "demo.conf", [option]), "rlhf")).Message;
        Assert.Equal("--set rlhf.epochs=0: rlhf.epochs = 0; allowed: from 1 to 1000", Error("rlhf.epochs=0"));
        Assert.StartsWith("--set rlhf.epoch=1: unknown key rlhf.epoch; did you mean epochs?", Error("rlhf.epoch=1"));
        Assert.Equal("--set rlhf.epochs: expected key=value, such as --set rlhf.ppo.kl-coefficient=0.07", Error("rlhf.epochs"));
        Assert.StartsWith("--set rlhf.widths=[1: expected a comma or ']'", Error("rlhf.widths=[1"));
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_not_an_overflow()
    {
        const int deep = 100_000;
        string[] texts =
        [
            string.Concat(Enumerable.Repeat("a{", deep)),
            "a=" + new string('[', deep),
            "a=" + string.Concat(Enumerable.Repeat("[{a=", deep)),
            string.Join('.', Enumerable.Repeat("a", deep)) + "=1",
        ];
        foreach (var text in texts)
            Assert.Contains("nested deeper than 100 levels", Assert.Throws<UserErrorException>(() => SettingsDocument.Parse(text)).Message);
        var fine = string.Concat(Enumerable.Repeat("a{", 99)) + "a=1" + new string('}', 99);
        Assert.False(SettingsDocument.Parse(fine).Config.IsEmpty);
    }

    [Fact]
    public void A_value_of_ten_megabytes_is_read()
    {
        var long10 = new string('x', 10_000_000);
        Assert.Equal(long10, SettingsDocument.Parse($"a = \"{long10}\"").Config.GetString("a"));
    }

    [Fact]
    public void A_key_of_a_megabyte_makes_a_short_error()
    {
        var document = SettingsDocument.Parse($"{new string('k', 1 << 20)} = 1", "demo.conf");
        Assert.InRange(Assert.Throws<UserErrorException>(() => SettingsReader.Read<SampleShape>(document, "")).Message.Length, 50, 300);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_an_error_with_their_line()
    {
        var file = Path.Combine(_folder.FullName, "demo.conf");
        File.WriteAllBytes(file, [.. "a = 1\nb = "u8, 0xff, 0xfe, .. "\n"u8]);
        Assert.Equal($"{file} line 2: not UTF-8 text; save the file as UTF-8", LoadError(file));
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_user_error()
    {
        const string alphabet = "ab.=:{}[],\"\\\n\t #/$?!+1é";
        var random = new Random(1);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (var length = random.Next(1, 14); length > 0; length--)
                text.Append(alphabet[random.Next(alphabet.Length)]);
            try
            {
                SettingsDocument.Parse(text.ToString(), environment: name => name.Length == 1 ? name : null).Config.GetString("a");
                read++;
            }
            catch (UserErrorException error)
            {
                Assert.StartsWith("configuration line ", error.Message);
            }
        }

        Assert.InRange(read, 100, 19_900);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
        return At(name);
    }

    private static string LoadError(string file) => Assert.Throws<UserErrorException>(() => SettingsDocument.Load(file)).Message;
}
