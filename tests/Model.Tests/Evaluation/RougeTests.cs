using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Model.Tests.Evaluation;

public sealed class RougeTests
{
    [Fact]
    public void Scores_are_those_worked_out_by_hand()
    {
        const string candidate = "The cat sat on the mat.", reference = "the cat was on the mat";
        Assert.Equal(5.0 / 6, Rouge.N(candidate, reference, 1).F1, 12);
        Assert.Equal(3.0 / 5, Rouge.N(candidate, reference, 2).F1, 12);
        Assert.Equal(5.0 / 6, Rouge.L(candidate, reference).F1, 12);
    }

    [Fact]
    public void Lins_own_example_orders_sentences_by_their_subsequence()
    {
        // Lin 2004, section 3.1: the first shares "police the gunman", the second "the gunman"; both share one bigram.
        Assert.Equal(3.0 / 4, Rouge.L("police kill the gunman", "police killed the gunman").F1, 12);
        Assert.Equal(2.0 / 4, Rouge.L("the gunman kill police", "police killed the gunman").F1, 12);
        Assert.Equal(1.0 / 3, Rouge.N("police kill the gunman", "police killed the gunman", 2).F1, 12);
        Assert.Equal(1.0 / 3, Rouge.N("the gunman kill police", "police killed the gunman", 2).F1, 12);
    }

    [Fact]
    public void A_word_counts_as_often_as_both_have_it()
    {
        var score = Rouge.N("the the the", "the cat", 1);
        Assert.Equal((1.0 / 3, 1.0 / 2), (score.Precision, score.Recall));
        Assert.Equal(0.4, score.F1, 12);
    }

    [Theory]
    [InlineData("", "a b")]
    [InlineData("a b", "")]
    [InlineData("", "")]
    [InlineData("...", "a")]
    public void Without_words_in_common_every_score_is_zero(string candidate, string reference)
    {
        Assert.Equal(default, Rouge.N(candidate, reference, 1));
        Assert.Equal(default, Rouge.N(candidate, reference, 2));
        Assert.Equal(default, Rouge.L(candidate, reference));
        Assert.Equal(0, Rouge.L(candidate, reference).F1);
    }

    [Fact]
    public void Words_are_runs_of_ascii_letters_and_digits() => Assert.Equal(1, Rouge.N("It's café—C99!", "it s caf c99", 2).F1);
}
