using ActorRlhf.Actors.Episodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Host.Nodes;

/// <summary>The texts of episodes about a dataset.</summary>
/// <param name="task">Turns tokens into text.</param>
/// <param name="examples">The texts.</param>
/// <param name="queries">Which text an episode is about.</param>
internal sealed class EpisodeTexts(SummaryTask task, IReadOnlyList<SummaryExample> examples, EpisodeQueries queries) : IEpisodeTexts
{
    /// <inheritdoc/>
    public string Reference(long episode) => examples[queries.PromptOf(episode)].Reference;

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens) => task.Tokenizer.Decode(tokens);

    /// <inheritdoc/>
    public string Summary(ReadOnlySpan<int> response) => task.Text(response);
}
