using Akka.Configuration;

namespace ActorRlhf.Engines.Tests.Akka.Configuration;

/// <summary>The embedded parser says where text is wrong, also where the published one hangs, overflows or reads on.</summary>
public sealed class EmbeddedParserErrors
{
    private static string Message(string hocon) => Assert.ThrowsAny<Exception>(() => ConfigurationFactory.ParseString(hocon)).Message;

    [EmbeddedFact]
    public void Errors_give_line_and_column()
    {
        Assert.Contains("line 2, column 1", Message("a = 1\n!b = 2"));
        Assert.Contains("line 1, column 8", Message("a = tcp://host"));
        Assert.Contains("line 3, column 5", Message("x = 1\ny = 2\na = $b"));
        Assert.Contains("line 2, column 6", Message("\nab = \"open"));
        Assert.Contains("'=', ':' or '{' after the key rate 0", Message("rate 0\n"));
    }

    [EmbeddedFact]
    public void What_is_never_closed_is_an_error()
    {
        Assert.Contains("{ of a.b is never closed", Message("a { b { c = 1 }"[..^1]));
        Assert.Contains("never closed", Message("a = \"\"\"text"));
        Assert.Contains("[ of a is never closed", Message("a = [1, 2"));
        Assert.Contains("list a", Message("a = [ ! ]"));
        Assert.Contains("no { for this }", Message("a = 1 }\nb = 2"));
        Assert.Contains("never closed", Message("{ a = 1"));
        Assert.Contains("Nothing may follow", Message("{ a = 1 }\nb = 2"));
    }

    [EmbeddedFact]
    public void What_this_hocon_lacks_is_named()
    {
        Assert.Contains("no +=", Message("a += 1"));
        Assert.Contains("only as ${path}", Message("a = ${?HOME}"));
        Assert.Contains("no callback", Message("include \"base.conf\""));
    }

    [EmbeddedFact]
    public void A_substitution_of_itself_is_an_error_and_not_an_overflow()
    {
        Assert.Contains("itself", Message("a = ${a}"));
        Assert.Contains("itself", Message("a = ${b}\nb = ${a}"));
        Assert.Contains("itself", Message("a { b = ${a} }"));
        Assert.Contains("itself", Message("a = x ${b}\nb = y ${a}"));
    }

    [EmbeddedFact]
    public void Depth_is_bounded()
    {
        const int deep = 100_000;
        Assert.Contains("deeper", Message(string.Concat(Enumerable.Repeat("a{", deep))));
        Assert.Contains("deeper", Message("a=" + new string('[', deep)));
        Assert.Contains("deeper", Message(string.Join('.', Enumerable.Repeat("a", deep)) + "=1"));
    }
}
