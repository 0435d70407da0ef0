using System.Text.Json;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>What a policy's summaries of held-out texts are worth.</summary>
/// <param name="Data">Where the texts come from.</param>
/// <param name="Texts">How many there are.</param>
/// <param name="Authors">Each author's means: human, the first words, the baseline where there is one, the policy.</param>
/// <param name="WinRates">The policy against each other author.</param>
/// <param name="UnendedShare">Share of the policy's samples at the temperature of training that never end.</param>
/// <param name="Kl">KL of the policy from the baseline, nats an episode, samples at the temperature of training; null without a baseline.</param>
/// <param name="RewardGainSd">(mean score of the policy's samples − the baseline's) / standard deviation of the baseline's; null without a baseline or a reward model.</param>
public sealed record EvaluationResult(
    string Data, int Texts, IReadOnlyList<AuthorFigures> Authors, IReadOnlyList<WinRateFigures> WinRates, double UnendedShare, double? Kl, double? RewardGainSd);

/// <summary>Means over one author's summaries at temperature 0. ROUGE is F1 against the human summary.</summary>
/// <param name="Author">Who wrote them.</param>
/// <param name="Gold">The simulated labeler's noiseless score.</param>
/// <param name="Rouge1">Words in common.</param>
/// <param name="Rouge2">Pairs of words in common.</param>
/// <param name="RougeL">The longest common subsequence.</param>
/// <param name="Words">Words of a summary.</param>
/// <param name="Repeated">Share of word pairs that stood in the summary before.</param>
/// <param name="Reward">The reward model's score; null where there is none.</param>
public sealed record AuthorFigures(string Author, double Gold, double Rouge1, double Rouge2, double RougeL, double Words, double Repeated, double? Reward);

/// <summary>How often the policy beats another author; a tie counts half, the interval is Wilson's at 95%.</summary>
/// <param name="Over">The other author.</param>
/// <param name="By">Who judges: <c>gold</c>, the simulated labeler without noise, or <c>reward</c>, the reward model.</param>
/// <param name="Rate">The win rate.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
/// <param name="Wins">Texts won.</param>
/// <param name="Ties">Texts tied.</param>
/// <param name="Losses">Texts lost.</param>
public sealed record WinRateFigures(string Over, string By, double Rate, double Low, double High, int Wins, int Ties, int Losses);

/// <summary>Measures a policy on held-out texts, against the human, the texts' first words and, where there is one, another policy.</summary>
/// <param name="settings">Evaluation, sampling and PPO's rule for a response without an end; resolved.</param>
/// <param name="task">What a query looks like.</param>
/// <param name="data">The texts are of its test split.</param>
/// <param name="directory">The run's folder.</param>
/// <param name="progress">Told how far it is.</param>
public sealed class PolicyEvaluation(RunSettings settings, SummaryTask task, SummaryDataset data, RunDirectory directory, IRunProgress progress)
{
    /// <summary>The kind of run, and its phase's name in metrics.</summary>
    public const string Name = "evaluate";

    private const string ResultFile = "evaluation.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.General) { WriteIndented = true };

    /// <summary>Measures, from the start or from where an earlier call stopped; what is measured already is read.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="baseline">Another one to compare it with.</param>
    /// <param name="reward">A reward model to judge by too.</param>
    /// <param name="cancellation">Stops at the next decode step.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public EvaluationResult Run(Transformer policy, Transformer? baseline, RewardModel? reward, CancellationToken cancellation)
    {
        var file = directory.In(ResultFile);
        if (!File.Exists(file))
        {
            using var metrics = directory.OpenMetrics();
            var draws = new ResponseDraws(Name, directory, metrics, settings.Seed, progress);
            AtomicFile.WriteText(file, JsonSerializer.Serialize(Measure(draws, policy, baseline, reward, cancellation), Json) + "\n");
            draws.Forget();
        }
        return JsonSerializer.Deserialize<EvaluationResult>(File.ReadAllText(file), Json)!;
    }

    private EvaluationResult Measure(ResponseDraws draws, Transformer policy, Transformer? baseline, RewardModel? reward, CancellationToken cancellation)
    {
        var test = new HeldOut([.. data.Test.Take(settings.Evaluation.Test)], task, settings.Sampling, settings.Ppo.Temperature, settings.Seed, draws);
        var lead = test.Examples.Select(example => LeadBaseline.Summarize(example.Fields[settings.Task.TruncateField], settings.Evaluation.LeadWords));
        var others = new List<(string Name, JudgedSummaries By)> { ("human", test.Judge(test.References, reward)), ("first words", test.Judge([.. lead], reward)) };
        if (baseline is not null)
            others.Add(("baseline", test.Judge(test.Summaries("baseline", baseline, cancellation), reward)));
        var own = test.Judge(test.Summaries("policy", policy, cancellation), reward);
        var samples = test.Sample("policy", policy, cancellation);
        RewardGain? gain = null;
        if (baseline is not null && reward is not null)
        {
            var baselineSamples = test.Sample("baseline", baseline, cancellation);
            gain = RewardGain.Of(test.Scores(reward, samples, settings.Ppo), test.Scores(reward, baselineSamples, settings.Ppo));
        }
        return new EvaluationResult(
            data.Source, test.Examples.Count,
            [.. others.Append(("policy", own)).Select(author => Figures(author.Item1, author.Item2, test.References))],
            [.. others.SelectMany(other => WinRates(own, other.Name, other.By, reward is not null))],
            samples.Average(sample => sample.Ended ? 0.0 : 1.0),
            baseline is null ? null : test.Kl(baseline, samples),
            gain?.InDeviations);
    }

    private static AuthorFigures Figures(string author, JudgedSummaries by, IReadOnlyList<string> references)
    {
        var pairs = by.Texts.Zip(references).ToArray();
        return new AuthorFigures(
            author,
            by.Gold.Average(),
            pairs.Average(pair => Rouge.N(pair.First, pair.Second, 1).F1),
            pairs.Average(pair => Rouge.N(pair.First, pair.Second, 2).F1),
            pairs.Average(pair => Rouge.L(pair.First, pair.Second).F1),
            by.Texts.Average(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length),
            by.Texts.Average(text => Repetition.Share(text, 2)),
            by.Rewards.Count == 0 ? null : by.Rewards.Average());
    }

    private static IEnumerable<WinRateFigures> WinRates(JudgedSummaries own, string name, JudgedSummaries other, bool hasReward)
    {
        yield return Of(own.WinsOver(other), "gold");
        if (hasReward)
            yield return Of(own.RewardWinsOver(other), "reward");

        WinRateFigures Of(WinRate wins, string by) => new(name, by, wins.Rate, wins.Interval.Low, wins.Interval.High, wins.Wins, wins.Ties, wins.Losses);
    }
}
