using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;

namespace ActorRlhf.Host.Runs;

/// <summary>Held-out texts on which policies are compared by the simulated labeler's gold judgement and by a reward model.</summary>
public sealed class HeldOut
{
    private readonly SummaryTask _task;
    private readonly SamplingSettings _sampling;
    private readonly double _temperature;
    private readonly long _seed;
    private readonly ResponseDraws? _draws;
    private readonly int[][] _queries;

    /// <param name="examples">The texts with their human summaries.</param>
    /// <param name="task">How they become queries.</param>
    /// <param name="sampling">Slots and threads of generation.</param>
    /// <param name="temperature">The temperature that policies are trained at, and sampled at here.</param>
    /// <param name="seed">Decides the samples.</param>
    /// <param name="draws">Keeps responses for when the run is stopped; null where they are few.</param>
    public HeldOut(IReadOnlyList<SummaryExample> examples, SummaryTask task, SamplingSettings sampling, double temperature, long seed, ResponseDraws? draws = null)
    {
        Examples = examples;
        _task = task;
        _sampling = sampling;
        _temperature = temperature;
        _seed = seed;
        _draws = draws;
        _queries = [.. examples.Select(task.Query)];
        References = [.. examples.Select(example => example.Reference)];
    }

    /// <summary>The texts.</summary>
    public IReadOnlyList<SummaryExample> Examples { get; }

    /// <summary>Their human summaries.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>A policy's summaries at temperature 0.</summary>
    /// <param name="name">What the policy is called here.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="cancellation">Stops it.</param>
    public string[] Summaries(string name, Transformer policy, CancellationToken cancellation) =>
        [.. Respond($"{name}-greedy", policy, _sampling with { Greedy = true }, cancellation).Select(response => _task.Text(response.Response))];

    /// <summary>A policy's responses at the temperature it is trained at.</summary>
    /// <inheritdoc cref="Summaries"/>
    public Completion[] Sample(string name, Transformer policy, CancellationToken cancellation) =>
        Respond($"{name}-sampled", policy, _sampling with { Greedy = false, Temperature = _temperature }, cancellation);

    /// <summary>Gold scores of summaries, one a text.</summary>
    public double[] Gold(IReadOnlyList<string> summaries) => [.. summaries.Select((summary, i) => GoldScore.Of(summary, References[i]))];

    /// <summary>Scores of responses as PPO counts them: a response without an end gets its fixed score.</summary>
    public double[] Scores(RewardModel reward, IReadOnlyList<Completion> responses, PpoSettings ppo)
    {
        var scores = reward.Score([.. responses.Select(response => (response.Query, response.Response))]);
        return [.. responses.Select((response, i) => (double)ResponseEnd.Score(response.Response, _task.Tokenizer.EndOfText, scores[i], ppo))];
    }

    /// <summary>A reward model's scores of summaries given as text.</summary>
    public float[] Scores(RewardModel reward, IReadOnlyList<string> summaries) =>
        reward.Score([.. summaries.Select((summary, i) => (_queries[i], _task.Answer(summary)))]);

    /// <summary>Judges summaries by gold score and, where there is one, a reward model.</summary>
    public JudgedSummaries Judge(IReadOnlyList<string> summaries, RewardModel? reward) =>
        new(summaries, Gold(summaries), reward is null ? [] : Scores(reward, summaries));

    /// <summary>Mean KL of sampled responses from a reference policy, nats an episode: the estimate Σ log π − log π_ref (Ziegler et al. 2019).</summary>
    public double Kl(Transformer reference, IReadOnlyList<Completion> responses)
    {
        var log = LogProbabilities.Of(reference, [.. responses.Select(response => (response.Query, response.Response))], _temperature);
        return responses.Select((response, i) => TokenRewards.Kl(response.LogProbabilities, log[i])).Average();
    }

    private Completion[] Respond(string name, Transformer policy, SamplingSettings sampling, CancellationToken cancellation) => _draws is null
        ? Responses.Of(policy, sampling, _queries, _task, _seed, 0, cancellation)
        : _draws.Of(name, policy, sampling, _task, _queries, 0, cancellation);
}
