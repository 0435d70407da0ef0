using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Storage;

/// <summary>A real network and its optimizer through a checkpoint.</summary>
public sealed class TrainingStateTests
{
    private static readonly TransformerConfig Tiny = new() { VocabularySize = 11, ContextLength = 12, Width = 8, Layers = 2, Heads = 2 };

    [Fact]
    public void A_run_resumed_from_a_checkpoint_is_bit_for_bit_the_uninterrupted_one()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        using var whole = new Run(1);
        whole.Train(7);
        store.Save(new CheckpointState { Step = 7, RandomStates = new Dictionary<string, ulong[]> { ["data"] = whole.Data.Save() } }, whole.Content());
        whole.Train(6);

        using var resumed = new Run(2);
        resumed.Train(1);
        var loaded = store.LoadLatest(resumed.Content())!;
        Assert.Equal(7, resumed.Optimizer.Steps);
        resumed.Data.Restore(loaded.State.RandomStates["data"]);
        resumed.Train(6);

        foreach (var shape in whole.Network.Parameters.Shapes) Assert.Equal(Bits(whole, shape), Bits(resumed, shape));
    }

    [Fact]
    public void An_optimizer_of_another_network_is_refused_and_both_stay_as_they_were()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        using var run = new Run(1);
        run.Train(1);
        store.Save(new CheckpointState { Step = 1 }, run.Content());

        using var body = new Transformer(Tiny).Initialize(3);
        using var scalar = ScalarNetwork.FromLanguageModel(body, seed: 3);
        using var optimizer = new AdamW(scalar.Parameters, new OptimizerSettings());
        var content = new CheckpointContent();
        content.Networks.Add("policy", new ParameterTensors(body.Parameters));
        content.Optimizers.Add("policy", new AdamWTensors(optimizer));
        var before = body.Parameters.Get("wte.weight");
        var error = Assert.Throws<UserErrorException>(() => store.LoadLatest(content));
        Assert.Contains("no tensor \"policy/exp_avg/score.weight\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, body.Parameters.Get("wte.weight"));
        Assert.Equal(0, optimizer.Steps);
    }

    [Fact]
    public void Padding_between_parameters_is_neither_stored_nor_touched()
    {
        using var folder = new TemporaryDirectory();
        using var run = new Run(1);
        run.Train(2);
        Checkpoint.Save(folder["c"], new CheckpointState { Step = 2 }, run.Content());
        using (var file = SafetensorsFile.Open(folder["c", "model.safetensors"]))
            Assert.Equal(run.Network.Parameters.Count, file.Tensors.Sum(tensor => tensor.Count));
        using var other = new Run(2);
        Checkpoint.Load(folder["c"], other.Content());
        Assert.Equal(run.Network.Parameters.Values.data<float>().ToArray(), other.Network.Parameters.Values.data<float>().ToArray());
        Assert.Equal(run.Optimizer.SecondMoment.data<float>().ToArray(), other.Optimizer.SecondMoment.data<float>().ToArray());
    }

    private static IEnumerable<int> Bits(Run run, TensorShape shape) => run.Network.Parameters.Get(shape.Name).Select(BitConverter.SingleToInt32Bits);

    private sealed class Run : IDisposable
    {
        public Run(long seed)
        {
            Network = new Transformer(Tiny).Initialize(seed);
            Optimizer = new AdamW(Network.Parameters, new OptimizerSettings());
            Data = new RandomStream(seed);
        }

        public Transformer Network { get; }

        public AdamW Optimizer { get; }

        public RandomStream Data { get; }

        public CheckpointContent Content() => new CheckpointContent().Add("policy", Network.Parameters, Optimizer);

        public void Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                var tokens = Enumerable.Range(0, 9).Select(_ => Data.NextInt(Tiny.VocabularySize)).ToArray();
                var logits = Network.Logits(Network.Hidden(PackedBatch.Pack([tokens.AsMemory(0, 8)])));
                Optimizer.ZeroGradient();
                nn.functional.cross_entropy(logits, tensor(tokens[1..].Select(token => (long)token).ToArray())).backward();
                Optimizer.Step(1e-2);
            }
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            Network.Dispose();
        }
    }
}
