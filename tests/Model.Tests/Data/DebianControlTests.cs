using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class DebianControlTests
{
    private static List<Dictionary<string, string>> Read(string text, params string[] wanted) =>
        DebianControl.ReadStanzas(new StringReader(text), wanted.ToHashSet()).Select(s => new Dictionary<string, string>(s, StringComparer.OrdinalIgnoreCase)).ToList();

    [Fact]
    public void Stanzas_are_parted_by_blank_lines_and_only_wanted_fields_are_kept()
    {
        var stanzas = Read("Package: a\nVersion: 1\n\n\nPackage: b\nTag: x,\n y\nDescription: one\n two\n .\n three\n", "Package", "Description");
        Assert.Equal(2, stanzas.Count);
        Assert.Equal("a", Assert.Single(stanzas[0]).Value);
        Assert.Equal("one\n two\n .\n three", stanzas[1]["Description"]);
        Assert.False(stanzas[1].ContainsKey("Tag"));
    }

    [Fact]
    public void Field_names_are_compared_without_regard_to_case() => Assert.Equal("a", Read("package: a\n", "Package")[0]["Package"]);

    [Fact]
    public void Flowing_lines_become_one_paragraph_and_a_dot_parts_paragraphs()
    {
        var (synopsis, text) = DebianControl.Unfold("a  tool\n First line\n second   line.\n .\n Another.");
        Assert.Equal("a tool", synopsis);
        Assert.Equal("First line second line.\nAnother.", text);
    }

    [Fact]
    public void A_list_keeps_an_item_a_line_with_its_continuation()
    {
        var (_, text) = DebianControl.Unfold("x\n It can:\n  * read\n    files\n  * write\n .\n The end");
        Assert.Equal("It can:\n* read files\n* write\nThe end", text);
    }

    [Fact]
    public void Indented_lines_stand_for_themselves_and_rules_part_paragraphs()
    {
        var (_, text) = DebianControl.Unfold("x\n Title\n =====\n Body\n   one\n   two");
        Assert.Equal("Title\nBody\none\ntwo", text);
    }

    [Fact]
    public void A_field_of_one_line_has_no_text() => Assert.Equal(("only this", ""), DebianControl.Unfold("only this"));
}
