using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Tests.Ppo;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Tests.Rewards;

/// <summary>Real training of a toy reward model.</summary>
public sealed class RewardTrainerTests
{
    private const int End = 0, Liked = 7, Vocabulary = 12;

    private static readonly RewardSettings Settings = new()
    {
        Epochs = 2,
        BatchSize = 16,
        Optimizer = new() { LearningRate = 1e-2, Decay = LearningRateDecay.Cosine },
    };

    [Theory]
    [InlineData(2, ReadOut.LastToken)]
    [InlineData(4, ReadOut.LastToken)]
    [InlineData(0, ReadOut.LastToken)] // pairs and fours mixed
    [InlineData(2, ReadOut.ResponseMean)]
    public void The_model_learns_a_trivial_preference(int responses, ReadOut readOut)
    {
        using var run = new Run(Settings, Preferences(400, responses, seed: 1), Run.New(readOut));
        Preference[] heldOut = Preferences(200, responses, seed: 2);
        double before = run.Trainer.Evaluate(heldOut).Accuracy;

        for (int step = 0; step < run.Trainer.Steps; step++)
            run.Trainer.Step(step);

        RewardStatistics after = run.Trainer.Evaluate(heldOut);
        Assert.Equal(50, run.Trainer.Steps);
        Assert.True(before < 0.75, $"accuracy before training was {before}");
        Assert.True(after.Accuracy > 0.95, $"accuracy after training was {after.Accuracy}");
        Assert.True(after.Margin > 1);
    }

    [Fact]
    public void Centering_takes_the_level_out_of_rewards_and_leaves_the_preference()
    {
        using var run = new Run(Settings with { CenteringCoefficient = 0.1 }, Preferences(400, 2, seed: 1));
        Preference[] heldOut = Preferences(200, 2, seed: 2);
        double before = Level();

        for (int step = 0; step < run.Trainer.Steps; step++)
            run.Trainer.Step(step);

        Assert.True(Level() < before / 4, $"the level was {before} and is {Level()}");
        Assert.True(run.Trainer.Evaluate(heldOut).Accuracy > 0.95);

        double Level()
        {
            float[] scores = run.Model.Score([.. heldOut.SelectMany(p => p.Responses.Select(response => (p.Query, response)))]);
            return scores.Chunk(2).Average(pair => Math.Abs(pair[0] + pair[1]));
        }
    }

    [Fact]
    public void A_step_in_many_small_pieces_is_the_step_in_one()
    {
        Preference[] preferences = Preferences(16, 0, seed: 1);
        using var whole = new Run(Settings, preferences);
        using var pieces = new Run(Settings with { ForwardTokens = 1 }, preferences);

        RewardStatistics one = whole.Trainer.Step(0), other = pieces.Trainer.Step(0);

        Close.Number(one.Loss, other.Loss, 1e-5, "loss");
        Close.Row(whole.Gradient(), pieces.Gradient(), 1e-5); // not the weights: Adam's first step turns a rounding error's sign into a full step
    }

    [Fact]
    public void Steps_taken_after_a_pause_are_those_of_an_unbroken_run()
    {
        Preference[] preferences = Preferences(40, 2, seed: 1);
        using var unbroken = new Run(Settings, preferences);
        using var stopped = new Run(Settings, preferences);
        for (int step = 0; step < 6; step++)
            unbroken.Trainer.Step(step);
        for (int step = 0; step < 4; step++)
            stopped.Trainer.Step(step);

        using Run resumed = stopped.Resumed(Settings, preferences);
        for (int step = 4; step < 6; step++)
            resumed.Trainer.Step(step);

        Assert.Equal(unbroken.Weights(), resumed.Weights());
    }

    [Fact]
    public void A_broken_model_is_an_error_that_names_the_loss_and_leaves_the_weights()
    {
        using var run = new Run(Settings, Preferences(40, 2, seed: 1));
        run.Model.Network.Parameters.Set("ln_f.weight", [.. Enumerable.Repeat(float.NaN, 16)]);
        float[] before = run.Weights();

        var error = Assert.Throws<TrainingDivergedException>(() => run.Trainer.Step(2));

        Assert.Equal("reward/loss", error.Metric);
        Assert.Contains("step 2", error.Message);
        Assert.Equal(before, run.Weights());
    }

    [Fact]
    public void Preferences_that_are_none_and_steps_that_are_not_there_are_errors()
    {
        using var run = new Run(Settings, [new Preference([1], [[2]], 0)]);
        Assert.Contains("two responses", Assert.Throws<ArgumentException>(() => run.Trainer.Step(0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Trainer.Step(run.Trainer.Steps));
        Assert.Contains("choice 2", Assert.Throws<ArgumentException>(new Preference([1], [[2], [3]], 2).Validate).Message);
    }

    /// <summary>The best response is the only one with the liked token; responses that end and that do not, some empty.</summary>
    private static Preference[] Preferences(int count, int responses, long seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int k = responses > 0 ? responses : i % 2 == 0 ? 2 : 4, choice = random.NextInt(k);
            int[][] texts = [.. Enumerable.Range(0, k).Select(r => Text(random, r == choice))];
            return new Preference(Text(random, liked: false), texts, choice);
        })];
    }

    private static int[] Text(RandomStream random, bool liked)
    {
        var tokens = new int[1 + random.NextInt(4)];
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = 1 + random.NextInt(Vocabulary - 2);
            tokens[i] = token >= Liked ? token + 1 : token;
        }

        if (liked)
            tokens[random.NextInt(tokens.Length)] = Liked;
        return random.NextInt(2) == 0 ? tokens : [.. tokens, End];
    }

    private sealed class Run : IDisposable
    {
        private readonly AdamW _optimizer;

        internal Run(RewardSettings settings, IReadOnlyList<Preference> preferences, ScalarNetwork? network = null)
        {
            Model = new RewardModel(network ?? New(), End);
            _optimizer = new AdamW(Model.Network.Parameters, settings.Optimizer);
            Trainer = new RewardTrainer(Model, _optimizer, settings, preferences);
        }

        internal RewardModel Model { get; }

        internal RewardTrainer Trainer { get; }

        internal float[] Weights() => [.. Model.Network.Parameters.Shapes.SelectMany(shape => Model.Network.Parameters.Get(shape.Name))];

        internal float[] Gradient() => Model.Network.Parameters.Gradient!.data<float>().ToArray();

        internal Run Resumed(RewardSettings settings, IReadOnlyList<Preference> preferences)
        {
            var copy = new Run(settings, preferences, Model.Network.Clone());
            copy._optimizer.Steps = _optimizer.Steps;
            copy._optimizer.FirstMoment.copy_(_optimizer.FirstMoment);
            copy._optimizer.SecondMoment.copy_(_optimizer.SecondMoment);
            return copy;
        }

        public void Dispose()
        {
            Trainer.Dispose();
            _optimizer.Dispose();
            Model.Network.Dispose();
        }

        internal static ScalarNetwork New(ReadOut readOut = ReadOut.LastToken)
        {
            using Transformer body = new Transformer(new TransformerConfig
            {
                VocabularySize = Vocabulary,
                ContextLength = 16,
                Width = 16,
                Layers = 1,
                Heads = 2,
            }).Initialize(3);
            return ScalarNetwork.FromLanguageModel(body, 5, readOut);
        }
    }
}
