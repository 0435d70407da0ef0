using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Operator.Episodes;

/// <summary>Tells an episode's story on a terminal.</summary>
public static class StoryLines
{
    private const int LabelWidth = 11;

    /// <summary>The lines.</summary>
    /// <param name="story">The story.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IReadOnlyList<ScreenLine> Render(EpisodeStory story, int width)
    {
        List<ScreenLine> lines = [.. Wrapped.Labelled("", 0, Invariant($"Episode {story.Episode} of run {story.Run}: {story.Told}."), width, Tone.Strong)];
        Say("prompt", story.Prompt is { } prompt ? Invariant($"{prompt}\n({story.PromptTokens} tokens)") : Invariant($"{story.PromptTokens} tokens"));
        Say("human", story.Reference);
        Say("summary", story.Summary, Tone.Figure);
        if (story.PolicyVersion is { } version) Say("generated", Invariant($"{At(story.GeneratedAt)}by {story.Rollout ?? "a rollout"}, with policy {version}"));
        if (story.ScoredAt is { } scored) Say("journaled", Invariant($"{At(scored)}by shard {story.Shard}"));
        var behind = story.Lag == 1 ? "1 version behind" : Invariant($"{story.Lag} versions behind");
        if (story.TrainedAt is { } trained) Say("trained", Invariant($"{At(trained)}in update {story.Update} with {story.BatchEpisodes - 1} others, {behind}"));
        if (story.Score is { } score) Say("score", Number(score));
        if (story.Kl is { } kl) Say("KL", Invariant($"{Number(kl)} nats over {story.Tokens.Count} tokens"));
        if (story is { Reward: { } reward, KlCoefficient: { } coefficient, Score: { } from, Kl: { } away })
            Say("reward", Invariant($"{Number(reward)} = {Number(from)} - {Number(coefficient)} * {Number(away)}"));
        else if (story.TrainedAt is not null) Say("reward", "not known here: the run's metrics, which have the KL coefficient, are on another machine");
        if (story.Tokens.Count == 0) return [.. lines.Select(line => line.Within(width))];
        lines.Add(new ScreenLine());
        lines.Add(new ScreenLine().Add("log-probability of each token under the policy and the reference, and their difference", Tone.Faint));
        lines.AddRange(story.Tokens.Select(Line));
        return [.. lines.Select(line => line.Within(width))];

        void Say(string label, string? text, Tone tone = Tone.Plain)
        {
            if (text is not null) lines.AddRange(Wrapped.Labelled(label, LabelWidth, text, width, tone));
        }
    }

    private static ScreenLine Line(StoryToken token) => new ScreenLine()
        .Fill(Number(token.LogProbability), 9, isRight: true).Fill(Number(token.Reference), 9, isRight: true)
        .Fill(Number(token.LogProbability - token.Reference), 9, Tone.Figure, isRight: true)
        .Add("  ").Add(Invariant($"{token.Id}"), Tone.Faint).To(36).Add(Shown(token.Text));

    // With quotes, so that white space is seen.
    private static string Shown(string text) => $"\"{text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";

    private static string At(DateTimeOffset? at) => at is { } time ? time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC' ", CultureInfo.InvariantCulture) : "";

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
