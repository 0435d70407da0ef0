using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Training;

public sealed class LanguageModelTrainerTests
{
    private static readonly TransformerConfig Config = new() { VocabularySize = 12, ContextLength = 16, Width = 16, Layers = 2, Heads = 2 };

    private static readonly LanguageModelSettings Settings = new()
    {
        Epochs = 3,
        TokensPerBatch = 60,
        Seed = 4,
        Optimizer = new() { LearningRate = 0.01, WarmupShare = 0.1, WeightDecay = 0.01 },
    };

    [Fact]
    public void The_gradient_in_pieces_is_that_of_the_whole_loss()
    {
        // A vocabulary so large that the head runs over a row or two at a time.
        var config = Config with { VocabularySize = 1_500_000 / 2, Width = 2, Heads = 1, Layers = 1 };
        using var scope = NewDisposeScope();
        using var network = new Transformer(config).Initialize(1);
        network.Parameters.RequireGradient();
        TrainingSequence[] sequences = [new([5, 9, 700_000, 3, 8], 2), new([1, 2, 3])];

        var loss = LanguageModelLoss.Backward(network, sequences, 5);
        var pieces = network.Parameters.Gradient!.clone();
        network.Parameters.Gradient.fill_(0);

        var batch = PackedBatch.Pack([.. sequences.Select(sequence => (ReadOnlyMemory<int>)sequence.Tokens)]);
        var rows = network.Hidden(batch).index_select(0, tensor(new long[] { 1, 2, 3, 5, 6 }));
        var whole = nn.functional.cross_entropy(network.Logits(rows), tensor(new long[] { 700_000, 3, 8, 2, 3 }));
        whole.backward();

        Assert.Equal(whole.ToDouble(), loss, 1e-5);
        Assert.InRange((pieces - network.Parameters.Gradient).abs().max().ToDouble(), 0, 1e-6);
        var (sum, targets) = LanguageModelLoss.Evaluate(network, sequences);
        Assert.Equal(5, targets);
        Assert.Equal(loss, sum / targets, 1e-5);
    }

    [Fact]
    public void Training_learns_a_pattern_and_only_of_the_part_that_carries_a_loss()
    {
        var sequences = Counting(80);
        using var network = new Transformer(Config).Initialize(2);
        using var optimizer = new AdamW(network.Parameters, Settings.Optimizer);
        using var trainer = new LanguageModelTrainer(network, optimizer, Settings with { Epochs = 12 }, sequences);
        var before = LanguageModelTrainer.Evaluate(network, sequences);
        while (!trainer.IsDone)
            trainer.Step();
        Assert.InRange(before, 2, 3);
        Assert.InRange(LanguageModelTrainer.Evaluate(network, sequences), 0, 0.3);
    }

    [Fact]
    public void A_run_stopped_at_any_step_and_resumed_from_its_checkpoint_ends_bit_for_bit_the_same()
    {
        var sequences = Counting(40);
        var uninterrupted = Train(sequences, stopAt: null);
        foreach (var stop in (int[])[1, 7, 13])
            Assert.Equal(uninterrupted, Train(sequences, stop));
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_an_error_and_leaves_the_weights()
    {
        using var network = new Transformer(Config).Initialize(2);
        var poisoned = network.Parameters.Get("ln_f.bias");
        poisoned[3] = float.NaN;
        network.Parameters.Set("ln_f.bias", poisoned);
        var before = network.Parameters.Get("wte.weight");
        using var optimizer = new AdamW(network.Parameters, Settings.Optimizer);
        using var trainer = new LanguageModelTrainer(network, optimizer, Settings, Counting(10));
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Step());
        Assert.Contains("loss", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, network.Parameters.Get("wte.weight"));
        Assert.Equal(0, optimizer.Steps);
    }

    [Fact]
    public void An_epoch_holds_every_sequence_once_in_batches_near_the_budget_and_another_epoch_in_another_order()
    {
        var random = new RandomStream(1);
        var sequences = Enumerable.Range(0, 500).Select(i => new TrainingSequence([.. Enumerable.Repeat(i, 2 + random.NextInt(30))])).ToArray();
        var batches = new TokenBatches(sequences, 200, seed: 3);
        var first = Epoch(batches, 0);
        Assert.Equal(Enumerable.Range(0, 500), first.SelectMany(batch => batch.Select(sequence => sequence.Tokens[0])).Order());
        Assert.All(first, batch => Assert.InRange(batch.Sum(sequence => sequence.Tokens.Length), 150, 250));
        Assert.NotEqual(First(first), First(Epoch(batches, 1)));
        Assert.Equal(First(first), First(Epoch(new TokenBatches(sequences, 200, seed: 3), 0)));

        static List<IReadOnlyList<TrainingSequence>> Epoch(TokenBatches batches, int epoch) =>
            [.. Enumerable.Range(epoch * batches.BatchesPerEpoch, batches.BatchesPerEpoch).Select(step => batches[step])];
        static int[] First(List<IReadOnlyList<TrainingSequence>> epoch) => [.. epoch.SelectMany(batch => batch.Select(sequence => sequence.Tokens[0]))];
    }

    [Fact]
    public void A_sequence_longer_than_the_budget_is_a_batch_and_leaves_no_step_empty()
    {
        TrainingSequence[] sequences = [new(new int[100]), new(new int[5]), new(new int[5])];
        var batches = new TokenBatches(sequences, 10, seed: 1);
        Assert.Equal(11, batches.BatchesPerEpoch);
        for (var step = 0; step < 11; step++)
            Assert.NotEmpty(batches[step]);
    }

    [Fact]
    public void Nothing_to_learn_from_is_a_users_error() =>
        Assert.Throws<UserErrorException>(() => new TokenBatches([], 10, seed: 1));

    // a, a+1, a+2 … modulo 10: after two tokens the rest is certain.
    private static TrainingSequence[] Counting(int count)
    {
        var random = new RandomStream(9);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var start = random.NextInt(10);
            return new TrainingSequence([.. Enumerable.Range(start, 4 + random.NextInt(8)).Select(value => value % 10)], 2);
        })];
    }

    private static float[] Train(TrainingSequence[] sequences, int? stopAt)
    {
        var folder = Directory.CreateTempSubdirectory("lm-resume-").FullName;
        try
        {
            var store = new CheckpointStore(folder);
            float[]? weights = null;
            while (weights is null)
            {
                using var network = new Transformer(Config).Initialize(5);
                using var optimizer = new AdamW(network.Parameters, Settings.Optimizer);
                var content = new CheckpointContent().Add("policy", network.Parameters, optimizer);
                store.LoadLatest(content);
                using var trainer = new LanguageModelTrainer(network, optimizer, Settings, sequences);
                while (!trainer.IsDone && trainer.StepsDone != stopAt)
                    trainer.Step();
                if (trainer.IsDone)
                    weights = network.Parameters.Values.detach().data<float>().ToArray();
                else
                    store.Save(new CheckpointState { Step = trainer.StepsDone }, content);
                stopAt = null;
            }
            return weights;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
