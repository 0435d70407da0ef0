using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;

namespace ActorRlhf.Model.Tests.Generation;

/// <summary>Whole sequences read by the kernels, against generation and against libtorch.</summary>
public sealed class SequenceReaderTests : IDisposable
{
    private const int EndOfText = 0;
    private const double Temperature = 0.7;

    private static readonly TransformerConfig Small = new() { VocabularySize = 61, ContextLength = 160, Width = 40, Layers = 3, Heads = 4 };

    private readonly Transformer _policy = new Transformer(Small).Initialize(3);
    private readonly ThreadTeam _team = new(2);

    public SequenceReaderTests() =>
        _policy.Parameters.Set("wte.weight", [.. _policy.Parameters.Get("wte.weight").Select(weight => weight * 20)]); // not all tokens alike

    public void Dispose()
    {
        _team.Dispose();
        _policy.Dispose();
    }

    [Fact]
    public void Log_probabilities_have_the_bits_that_generation_gave_them()
    {
        var settings = new SamplingSettings { MaxResponseTokens = 20, Slots = 5, Threads = 1, Temperature = Temperature };
        using var generator = new ResponseGenerator(_policy, settings, 140, EndOfText, seed: 7);
        var completions = generator.Generate(Enumerable.Range(0, 40).Select(i => new Query(i, Tokens(i, 1 + (i * 37 % 140))))).ToArray();
        using var reader = new SequenceReader(Small, _policy.Parameters, _team);
        var read = reader.LogProbabilities([.. completions.Select(completion => (completion.Query, completion.Response))], Temperature);
        Assert.Equal(40, read.Length);
        for (var i = 0; i < read.Length; i++) Assert.Equal(completions[i].LogProbabilities, read[i]);
    }

    [Fact]
    public void They_are_those_of_a_full_forward_pass()
    {
        var sequences = Sequences();
        using var reader = new SequenceReader(Small, _policy.Parameters, _team);
        var expected = LogProbabilities.Of(_policy, sequences, Temperature);
        var read = reader.LogProbabilities(sequences, Temperature);
        for (var i = 0; i < sequences.Length; i++)
        {
            Assert.Equal(expected[i].Length, read[i].Length);
            for (var t = 0; t < expected[i].Length; t++) Assert.Equal(expected[i][t], read[i][t], 1e-4f);
        }
    }

    [Theory]
    [InlineData(ReadOut.LastToken)]
    [InlineData(ReadOut.ResponseMean)]
    public void Rewards_are_those_of_a_full_forward_pass(ReadOut readOut)
    {
        using var network = ScalarNetwork.FromLanguageModel(_policy, 5, readOut);
        network.Parameters.Set(ScalarNetwork.HeadBias, [0.25f]);
        var reward = new RewardModel(network, EndOfText);
        var texts = Sequences().Append((Query: [5, 6], Response: [])).Append((Query: [5], Response: [7, EndOfText])).ToArray();
        using var reader = new SequenceReader(Small, network.Parameters, _team);
        var expected = reward.Score(texts);
        var read = reward.Score(texts, reader);
        for (var i = 0; i < texts.Length; i++) Assert.Equal(expected[i], read[i], 1e-4f);
        Assert.True(expected.Distinct().Count() > 20);
    }

    [Fact]
    public void A_sequence_has_the_same_bits_alone_and_in_any_crowd_with_any_threads()
    {
        var sequences = Sequences();
        using var reader = new SequenceReader(Small, _policy.Parameters, _team);
        var together = reader.LogProbabilities(sequences, Temperature);
        var reversed = reader.LogProbabilities([.. sequences.Reverse()], Temperature);
        using var single = new ThreadTeam(1);
        using var alone = new SequenceReader(Small, _policy.Parameters, single);
        for (var i = 0; i < sequences.Length; i++)
        {
            Assert.Equal(together[i], reversed[^(i + 1)]);
            Assert.Equal(together[i], Assert.Single(alone.LogProbabilities([sequences[i]], Temperature)));
        }
    }

    [Fact]
    public void What_cannot_be_read_is_refused()
    {
        using var reader = new SequenceReader(Small, _policy.Parameters, _team);
        Assert.Throws<ArgumentException>(() => reader.LogProbabilities([([], [1])], 1));
        Assert.Throws<ArgumentException>(() => reader.LogProbabilities([(Tokens(1, 150), Tokens(2, 11))], 1));
        Assert.Contains("token 61", Assert.Throws<ArgumentException>(() => reader.LogProbabilities([([1], [61])], 1)).Message, StringComparison.Ordinal);
        Assert.Empty(reader.LogProbabilities([], 1));
    }

    // Short and long ones, so that passes begin and end within sequences and many sequences meet in one.
    private static (int[] Query, int[] Response)[] Sequences() =>
        [.. Enumerable.Range(0, 30).Select(i => (Tokens(i, 1 + (i * i % 97)), Tokens(100 + i, 1 + (i * 7 % 23))))];

    private static int[] Tokens(int seed, int count)
    {
        var random = new RandomStream(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ => 1 + random.NextInt(60))];
    }
}
