using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Training;

public sealed class DataParallelTests : IDisposable
{
    private static readonly TransformerConfig Config = new() { VocabularySize = 11, ContextLength = 16, Width = 8, Heads = 2, Layers = 2 };

    private readonly int _threads = get_num_threads();
    private readonly Transformer _network = new Transformer(Config).Initialize(3);

    public DataParallelTests() => set_num_threads(3); // of the thread a test runs on

    public void Dispose()
    {
        set_num_threads(_threads);
        _network.Dispose();
    }

    [Fact]
    public void Parts_add_up_to_the_gradient_of_the_whole()
    {
        TrainingSequence[] sequences = [new([1, 2, 3, 4]), new([5, 6], 1), new([7, 8, 9, 10, 1, 2], 3), new([3, 1, 4, 1, 5]), new([9, 2])];
        var targets = sequences.Sum(sequence => sequence.Targets);
        using var parallel = Parallel();
        _network.Parameters.Gradient!.fill_(0);
        var whole = LanguageModelLoss.Backward(_network, sequences, targets);
        using var expected = _network.Parameters.Gradient.clone();

        for (var again = 0; again < 2; again++) // what an earlier run left must not count
        {
            _network.Parameters.Gradient.fill_(0);
            var parts = Minibatches.Parts([.. sequences.Select(sequence => sequence.Tokens.Length)], parallel.Parts);
            var losses = parallel.Run(parts, (network, part) => LanguageModelLoss.Backward(network, [.. part.Select(i => sequences[i])], targets));

            Assert.Equal(3, losses.Length);
            Assert.Equal(whole, losses.Sum(), 1e-5);
            using var difference = (expected - _network.Parameters.Gradient).abs().max();
            Assert.InRange(difference.ToDouble(), 0, 1e-6);
        }
    }

    [Fact]
    public void A_part_that_fails_fails_the_batch_with_its_own_exception_and_the_next_batch_is_well()
    {
        using var parallel = Parallel();
        Assert.Throws<TrainingDivergedException>(() => parallel.Run([0, 1, 2], (_, part) =>
        {
            TrainingDivergedException.ThrowIfNotFinite("loss", part == 1 ? double.NaN : 0, "part 1");
            return part;
        }));
        Assert.Equal([10, 11, 12], parallel.Run([0, 1, 2], (_, part) => part + 10));
        Assert.Equal(3, get_num_threads());
    }

    [Fact]
    public void Every_part_sees_the_weights_as_they_are_now()
    {
        using var parallel = Parallel();
        _network.Parameters.Set("h.0.ln_1.bias", [.. Enumerable.Range(0, 8).Select(i => i / 2f)]);
        Assert.All(parallel.Run([0, 1, 2], (network, _) => network.Parameters.Get("h.0.ln_1.bias")), bias => Assert.Equal(3.5f, bias[7]));
    }

    [Theory]
    [InlineData(new[] { 4, 4, 4, 4 }, 2, new[] { 0, 2 }, new[] { 1, 3 })]
    [InlineData(new[] { 1, 9, 2, 5, 3 }, 2, new[] { 1, 4, 0 }, new[] { 3, 2 })]
    [InlineData(new[] { 5, 6 }, 3, new[] { 1 }, new[] { 0 })]
    [InlineData(new[] { 7 }, 4, new[] { 0 }, null)]
    public void A_batch_is_dealt_longest_first(int[] lengths, int parts, int[] first, int[]? second) =>
        Assert.Equal(second is null ? [first] : [first, second], Minibatches.Parts(lengths, parts));

    private DataParallel<Transformer> Parallel() => new(_network, network => network.Share(), network => [network.Parameters]);
}
