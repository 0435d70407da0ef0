using System.Globalization;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Journals;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Ppo;
using Akka.Actor;

namespace ActorRlhf.Host.Operations;

/// <summary>Tells what became of single episodes: from the journal, and from the episode's shard what is not in it yet.</summary>
/// <param name="work">What the run is about.</param>
/// <param name="settings">Where journal and metrics are.</param>
/// <param name="shards">Passes messages on to episode shards.</param>
/// <param name="trained">Batches that are trained, as far as is known.</param>
internal sealed class EpisodeStories(INodeWork work, ClusterSettings settings, IActorRef shards, Func<long> trained)
{
    private const string KlCoefficient = "objective/kl_coef";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>An episode's story.</summary>
    /// <param name="episode">The episode.</param>
    /// <exception cref="UserErrorException">There is no such episode.</exception>
    public async Task<EpisodeStory> TellAsync(long episode)
    {
        var plan = work.Episodes.Plan;
        if (episode < 0 || episode >= plan.TotalEpisodes)
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"there is no episode {episode}; the run's are 0 to {plan.TotalEpisodes - 1}"));
        var batch = plan.BatchOf(episode);
        var answer = await Ask(episode).ConfigureAwait(false);
        var (training, acceptance) = await Task.Run(() => Read(episode)).ConfigureAwait(false);
        var query = work.Query(episode);
        var story = new EpisodeStory
        {
            Episode = episode,
            Run = plan.Run,
            Shard = plan.ShardOf(episode),
            Update = batch + 1,
            Prompt = work.Texts?.Decode(query),
            PromptTokens = query.Length,
            Reference = work.Texts?.Reference(episode),
            Phase = StoryPhase.Unissued,
            Told = "",
        };
        if (training is var (formed, formedAt))
        {
            var isTrained = trained() > batch || answer?.Phase == EpisodePhase.Trained;
            story = With(story, formed.Episodes.First(result => result.Episode == episode), isTrained ? Coefficient(batch) : null) with
            {
                Phase = isTrained ? StoryPhase.Trained : StoryPhase.Formed,
                TrainedAt = formedAt,
                BatchEpisodes = formed.Episodes.Count,
                Lag = formed.PolicyVersion - formed.Episodes.First(result => result.Episode == episode).PolicyVersion,
                ScoredAt = acceptance?.At,
            };
            return story with { Told = StoryText.Of(story, plan, answer is not null) };
        }

        if ((acceptance?.Result ?? answer?.Result) is { } held) story = With(story, held, null) with { Phase = StoryPhase.Held, ScoredAt = acceptance?.At };
        var isLeased = answer?.Phase == EpisodePhase.Leased && story.Phase != StoryPhase.Held; // it may have ended since the shard was asked
        story = story with
        {
            Phase = answer?.Phase == EpisodePhase.Trained || trained() > batch ? StoryPhase.Trained : isLeased ? StoryPhase.Leased : story.Phase,
            Holder = isLeased ? answer!.Holder : null,
            LeaseSeconds = isLeased ? answer!.Milliseconds / 1000.0 : null,
        };
        return story with { Told = StoryText.Of(story, plan, answer is not null) };
    }

    private async Task<EpisodeAnswer?> Ask(long episode)
    {
        var plan = work.Episodes.Plan;
        try
        {
            return await shards.Ask<EpisodeAnswer>(new EpisodeRequest { Run = plan.Run, Shard = plan.ShardOf(episode), Episode = episode }, Patience).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private ((BatchFormed, DateTimeOffset)? Training, (ScoredEpisode Result, DateTimeOffset At)? Acceptance) Read(long episode)
    {
        var plan = work.Episodes.Plan;
        using var rows = JournalRows.Open(settings);
        var journal = new EpisodeJournal(rows, plan);
        return (journal.Training(episode), journal.Acceptance(episode, plan.BatchOf(episode) - work.Episodes.MaxPolicyLag));
    }

    private EpisodeStory With(EpisodeStory story, ScoredEpisode result, double? coefficient)
    {
        var trajectory = result.ToTrajectory(work.Query(story.Episode));
        var (behaviour, reference) = (trajectory.BehaviourLogProbabilities, trajectory.ReferenceLogProbabilities);
        var kl = TokenRewards.Kl(behaviour, reference);
        return story with
        {
            Rollout = result.Rollout.Length > 0 ? result.Rollout : null,
            GeneratedAt = result.GeneratedAt > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(result.GeneratedAt) : null,
            PolicyVersion = result.PolicyVersion,
            Summary = work.Texts?.Summary(trajectory.Response),
            Tokens = [.. trajectory.Response.Select((token, i) => new StoryToken(token, work.Texts?.Decode([token]) ?? "", behaviour[i], reference[i]))],
            Score = result.Score,
            Kl = kl,
            KlCoefficient = coefficient,
            Reward = result.Score - coefficient * kl,
        };
    }

    // As the update that learned from the batch wrote it into the run's metrics, where they can be read here.
    private double? Coefficient(long batch)
    {
        try
        {
            var records = MetricsHistory.Read(Path.Combine(settings.Directory, RunDirectory.MetricsFile), PpoMonitor.Phase, batch, 2);
            return records.FirstOrDefault(record => record.Step == batch + 1) is { } record && record.Metrics.TryGetValue(KlCoefficient, out var value) ? value : null;
        }
        catch (Exception e) when (e is UserErrorException or IOException)
        {
            return null;
        }
    }
}
