using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Model.Tests.Evaluation;

public sealed class GoldScoreTests
{
    private const string Reference = "C library for parsing TOML files";

    [Fact]
    public void The_reference_itself_scores_one() => Assert.Equal(1, GoldScore.Of(Reference, Reference), 12);

    [Fact]
    public void A_reordered_phrase_scores_what_the_formula_gives_by_hand()
    {
        // Stems "pars toml file c" against "c library pars toml file": ROUGE-1 8/9, ROUGE-2 4/7, ROUGE-L 2/3; six words each.
        Assert.Equal(0.4 * 8 / 9 + 0.2 * 4 / 7 + 0.4 * 2 / 3, GoldScore.Of("parsing of TOML files in C", Reference), 12);
    }

    [Fact]
    public void Padding_with_stop_words_costs_what_the_length_factor_says() =>
        Assert.Equal(0.5, GoldScore.Of("the TOML parser is the the", "TOML parser"), 12);

    [Theory]
    [InlineData("library to parse TOML", "parsing parsing library library TOML TOML files files")]
    [InlineData("library for parsing TOML files", "TOML files parsing library C library TOML")]
    [InlineData("C library for parsing TOML files", "C library for parsing TOML files, with many features that are of great use to everybody")]
    [InlineData("C library for parsing TOML files", "library")]
    [InlineData("parser of TOML", "TOML")]
    public void A_good_synopsis_beats_a_way_to_game_the_score(string good, string gamed) =>
        Assert.True(GoldScore.Of(good, Reference) > GoldScore.Of(gamed, Reference), $"{GoldScore.Of(good, Reference)} against {GoldScore.Of(gamed, Reference)}");

    [Theory]
    [InlineData("")]
    [InlineData("the of and")]
    [InlineData("a game about dinosaurs")]
    public void Nothing_in_common_scores_zero(string candidate) => Assert.Equal(0, GoldScore.Of(candidate, Reference));

    [Fact]
    public void One_content_word_needs_no_neighbour() => Assert.Equal(1, GoldScore.Of("parser", "the parsers"), 12);

    [Theory]
    [InlineData("parser", "parsing")]
    [InlineData("parses", "parse")]
    [InlineData("library", "libraries")]
    [InlineData("compressors", "compression")]
    [InlineData("files", "FILE")]
    public void Forms_of_a_word_meet(string word, string form) => Assert.Equal(1, GoldScore.Of(word, form), 12);

    [Theory]
    [InlineData("class", "clas")]
    [InlineData("status", "statu")]
    [InlineData("string", "str")]
    [InlineData("bus", "bu")]
    [InlineData("python3", "python")]
    public void Other_words_do_not(string word, string other) => Assert.Equal(0, GoldScore.Of(word, other));
}
