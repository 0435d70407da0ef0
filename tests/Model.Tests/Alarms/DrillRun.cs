using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Tests.Ppo;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Tests.Alarms;

/// <summary>
/// PPO on a tiny policy that has learned a language first: sentences of 4 to some 16 words, each one of six that may follow the one before. A reward model likes words below 9. A test may
/// sabotage each part of it.
/// </summary>
internal sealed class DrillRun
{
    private const int End = 0, Words = 23, Sentences = 1024, LongestResponse = 20;

    private static readonly TransformerConfig Config = new() { VocabularySize = 1 + Words, ContextLength = 24, Width = 32, Layers = 1, Heads = 2 };
    private static readonly Lazy<Transformer> Language = new(Learn);

    internal static PpoSettings Settings { get; } = new()
    {
        TotalEpisodes = 128 * 40, BatchSize = 128, Epochs = 2, Minibatches = 2, ResponseLength = LongestResponse, KlCoefficient = 0.15, ValueFunction = ValueFunctionKind.Head, ValueClip = 1000,
        Optimizer = new() { LearningRate = 2e-3, Beta2 = 0.98 },
    };

    /// <summary>The reward: how many of the words are below 9.</summary>
    internal static float Reward(int[] response) => 2f * response.Count(word => word is > 0 and < 9) / response.Length - 0.7f;

    /// <summary>The settings of PPO.</summary>
    internal PpoSettings Ppo { get; init; } = Settings;

    /// <summary>What scores a response that ended.</summary>
    internal Func<int[], float> Scorer { get; init; } = Reward;

    /// <summary>What becomes of an episode before the learner learns from it; the alarms see it as it was.</summary>
    internal Func<Trajectory, Trajectory> Learned { get; init; } = episode => episode;

    /// <summary>Trains until an alarm stops it, or to the end.</summary>
    /// <param name="updates">Updates at most.</param>
    /// <param name="told">Told of every update.</param>
    /// <returns>The alarms that stopped it, and every one that warned.</returns>
    internal (IReadOnlyList<Alarm> Stopped, IReadOnlySet<AlarmMetric> Warned) Train(int updates, Action<string>? told = null)
    {
        var policy = Language.Value.Clone();
        using var run = new PpoRun(Ppo, policy, null);
        var watch = new AlarmWatch(new AlarmSettings(), End);
        var warned = new HashSet<AlarmMetric>();
        for (var update = 1; update <= updates; update++)
        {
            var batch = Sample(policy, update);
            Trajectory[] learned = [.. batch.Select(Learned)];
            var statistics = run.Learner.Update(learned) with { Score = batch.Average(episode => (double)episode.Score) };
            var alarms = watch.Observe(statistics, batch);
            told?.Invoke(FormattableString.Invariant(
                $"{update}: KL {statistics.Kl:F2}, entropy {statistics.Entropy:F2}, score {statistics.Score:F2}±{statistics.ScoreDeviation:F2}, {statistics.ResponseLength:F1} tokens; {string.Join(", ", alarms.Select(alarm => $"{alarm.Level} {alarm.Metric} {alarm.Value:G3}"))}"));
            warned.UnionWith(alarms.Select(alarm => alarm.Metric));
            if (alarms.Any(alarm => alarm.Stops)) return ([.. alarms.Where(alarm => alarm.Stops)], warned);
        }

        return ([], warned);
    }

    private Trajectory[] Sample(Transformer policy, long update)
    {
        var sampling = new SamplingSettings { MaxResponseTokens = LongestResponse, Slots = 32, Threads = 1 };
        using var generator = new ResponseGenerator(policy, sampling, maxQueryTokens: 2, End, Ppo.Seed);
        var first = (update - 1) * Ppo.BatchSize;
        var responses = generator.Generate(Enumerable.Range(0, Ppo.BatchSize).Select(i => new Query(first + i, Question(first + i)))).OrderBy(response => response.EpisodeId).ToArray();
        var reference = LogProbabilities.Of(Language.Value, [.. responses.Select(response => (response.Query, response.Response))], Ppo.Temperature);
        return
        [
            .. responses.Select((response, i) => new Trajectory(
                response.EpisodeId, response.Query, response.Response, response.LogProbabilities, reference[i],
                ResponseEnd.Score(response.Response, End, Scorer(response.Response), Ppo), update - 1)),
        ];
    }

    private static int[] Question(long episode)
    {
        var random = new RandomStream(7, episode);
        return [Word(ref random), Word(ref random)];
    }

    private static int Word(ref RandomStream random) => 1 + random.NextInt(Words);

    private static Transformer Learn()
    {
        var policy = new Transformer(Config).Initialize(3);
        var settings = new LanguageModelSettings { Epochs = 12, TokensPerBatch = 512, Optimizer = new() { LearningRate = 0.01, Decay = LearningRateDecay.Cosine } };
        using var optimizer = new AdamW(policy.Parameters, settings.Optimizer);
        using var trainer = new LanguageModelTrainer(policy, optimizer, settings, [.. Enumerable.Range(0, Sentences).Select(i => Sentence(i))]);
        while (!trainer.IsDone) trainer.Step();
        return policy;
    }

    private static TrainingSequence Sentence(long i)
    {
        var random = new RandomStream(13, i);
        List<int> words = [Word(ref random), Word(ref random)];
        for (var length = 0; words.Count < 2 + LongestResponse - 1 && (length < 4 || random.NextInt(5) > 0); length++)
            words.Add(1 + (3 * words[^1] + random.NextInt(6)) % Words);
        return new TrainingSequence([.. words, End], 2);
    }
}
