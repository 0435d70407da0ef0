using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Networks;

/// <summary>Against reference/transformer_reference.py: plain PyTorch, one sequence at a time.</summary>
public sealed class TransformerTests
{
    private const double Tolerance = 1e-4;

    private static readonly Reference Expected = Reference.Read();

    [Fact]
    public void Logits_of_packed_sequences_are_pytorchs_of_each_alone()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var batch = PackedBatch.Pack(Expected.Memories());
        var logits = network.Logits(network.Hidden(batch)).detach().data<float>().ToArray();
        Close(Expected.Logits.SelectMany(values => values), logits);
    }

    [Fact]
    public void Loss_and_every_gradient_are_pytorchs()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        network.Parameters.RequireGradient();
        var sequences = Expected.Sequences.Where(tokens => tokens.Length > 1).ToArray();
        var batch = PackedBatch.Pack([.. sequences.Select(tokens => (ReadOnlyMemory<int>)tokens)]);
        var rows = sequences.SelectMany((tokens, i) => Enumerable.Range(batch.Offsets[i], tokens.Length - 1)).Select(row => (long)row).ToArray();
        var targets = sequences.SelectMany(tokens => tokens.Skip(1)).Select(token => (long)token).ToArray();
        var loss = nn.functional.cross_entropy(network.Logits(network.Hidden(batch).index_select(0, tensor(rows))), tensor(targets));
        loss.backward();
        Assert.Equal(Expected.Loss, loss.ToDouble(), Tolerance);
        foreach (var shape in network.Config.BodyShapes())
            Close(Expected.Gradients[shape.Name], network.Parameters[shape.Name].grad!.data<float>().ToArray());
    }

    [Fact]
    public void Values_of_a_scalar_network_are_pytorchs_at_every_token_and_at_the_last()
    {
        using var scope = NewDisposeScope();
        using var body = Network();
        using var network = ScalarNetwork.FromLanguageModel(body, seed: 1);
        network.Parameters.Set(ScalarNetwork.HeadWeight, Expected.ScoreWeight);
        network.Parameters.Set(ScalarNetwork.HeadBias, Expected.ScoreBias);
        var batch = PackedBatch.Pack(Expected.Memories());
        Close(Expected.Values.SelectMany(values => values), network.Values(batch).detach().data<float>().ToArray());
        Close(Expected.Values.Select(values => values[^1]), network.LastValues(batch).detach().data<float>().ToArray());
    }

    [Fact]
    public void The_mean_over_a_response_is_that_of_pytorchs_values_of_its_tokens()
    {
        using var scope = NewDisposeScope();
        using var body = Network();
        using var network = ScalarNetwork.FromLanguageModel(body, seed: 1);
        network.Parameters.Set(ScalarNetwork.HeadWeight, Expected.ScoreWeight);
        network.Parameters.Set(ScalarNetwork.HeadBias, Expected.ScoreBias);
        var from = Expected.Sequences.Select((tokens, i) => i % tokens.Length).ToArray();
        var means = network.MeanValues(PackedBatch.Pack([.. Expected.Sequences.Select((tokens, i) => (tokens[..from[i]], new[] { tokens[from[i]..] }))]));
        Close(Expected.Values.Select((values, i) => values.Skip(from[i]).Average()), means.detach().data<float>().ToArray());
    }

    [Fact]
    public void Responses_that_share_a_query_have_the_values_and_gradients_of_sequences_of_their_own()
    {
        using var scope = NewDisposeScope();
        using var body = Network();
        using var together = ScalarNetwork.FromLanguageModel(body, seed: 1);
        using var apart = together.Clone();
        together.Parameters.RequireGradient();
        apart.Parameters.RequireGradient();
        // The first two are of one length, and fork at different places.
        (int[] Query, int[][] Responses)[] forks = [([1, 2, 3], [[4, 5], [6], [7, 8, 9, 10]]), ([3, 1, 4, 1, 5], [[9], [2, 6, 5, 3]]), ([2], [[7, 1]]), ([], [[3, 3], [8]])];
        int[][] sequences = [.. forks.SelectMany(fork => fork.Responses.Select(response => (int[])[.. fork.Query, .. response]))];
        var weights = tensor(Enumerable.Range(1, sequences.Length).Select(i => 1f / i).ToArray());

        var forked = together.LastValues(PackedBatch.Pack(forks));
        var separate = apart.LastValues(PackedBatch.Pack([.. sequences.Select(tokens => (ReadOnlyMemory<int>)tokens)]));
        (forked * weights).sum().backward();
        (separate * weights).sum().backward();

        Close(separate.detach().data<float>().ToArray(), forked.detach().data<float>().ToArray());
        foreach (var shape in together.Parameters.Shapes)
            Close(apart.Parameters[shape.Name].grad!.data<float>().ToArray(), together.Parameters[shape.Name].grad!.data<float>().ToArray());
    }

    [Fact]
    public void A_sequence_longer_than_the_context_is_refused()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var batch = PackedBatch.Pack([new int[Expected.ContextLength + 1]]);
        var error = Assert.Throws<ArgumentException>(() => network.Hidden(batch));
        Assert.Contains("13 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_means_the_same_weights_every_time_and_another_seed_others()
    {
        var config = Expected.Config;
        using var first = new Transformer(config).Initialize(5);
        using var second = new Transformer(config).Initialize(5);
        using var third = new Transformer(config).Initialize(6);
        Assert.Equal(first.Parameters.Get("wte.weight"), second.Parameters.Get("wte.weight"));
        Assert.NotEqual(first.Parameters.Get("wte.weight"), third.Parameters.Get("wte.weight"));
        Assert.All(first.Parameters.Get("ln_f.weight"), gain => Assert.Equal(1, gain));
        Assert.All(first.Parameters.Get("h.1.mlp.c_fc.bias"), bias => Assert.Equal(0, bias));
    }

    [Fact]
    public void A_clone_has_the_weights_and_not_the_memory()
    {
        using var network = Network();
        using var copy = network.Clone();
        network.Parameters.Set("ln_f.bias", new float[Expected.Width]);
        Assert.Equal(Expected.Weights["ln_f.bias"], copy.Parameters.Get("ln_f.bias"));
    }

    [Fact]
    public void Heads_that_do_not_divide_the_width_are_refused()
    {
        var error = Assert.Throws<UserErrorException>(() => new Transformer(Expected.Config with { Heads = 3 }));
        Assert.Contains("heads = 3 does not divide width = 8", error.Message, StringComparison.Ordinal);
    }

    private static Transformer Network()
    {
        var network = new Transformer(Expected.Config);
        foreach (var (name, values) in Expected.Weights)
            network.Parameters.Set(name, values);
        return network;
    }

    private static void Close(IEnumerable<float> expected, IReadOnlyList<float> actual)
    {
        var wanted = expected.ToArray();
        Assert.Equal(wanted.Length, actual.Count);
        for (var i = 0; i < wanted.Length; i++)
            Assert.Equal(wanted[i], actual[i], Tolerance);
    }

    private sealed record Reference(
        int VocabularySize, int ContextLength, int Width, int Layers, int Heads, Dictionary<string, float[]> Weights,
        float[] ScoreWeight, float[] ScoreBias, int[][] Sequences, float[][] Logits, float[][] Values, double Loss, Dictionary<string, float[]> Gradients)
    {
        public TransformerConfig Config => new() { VocabularySize = VocabularySize, ContextLength = ContextLength, Width = Width, Layers = Layers, Heads = Heads };

        public ReadOnlyMemory<int>[] Memories() => [.. Sequences.Select(tokens => (ReadOnlyMemory<int>)tokens)];

        public static Reference Read([CallerFilePath] string here = "") =>
            JsonSerializer.Deserialize<Reference>(
                File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "reference", "transformer_reference.json")), JsonSerializerOptions.Web)!;
    }
}
