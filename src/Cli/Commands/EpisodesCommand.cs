using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Operator.Episodes;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf episodes</c>: the account of all episodes, or the story of one.</summary>
public sealed class EpisodesCommand : OperatorCommand
{
    private readonly Argument<long?> _episode = new("EPISODE") { Description = "The number of an episode whose story is to be told; the first is 0.", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public EpisodesCommand(OperatorConsole console)
        : base(console, "episodes", "Show what has become of all episodes, and check that none is lost or counted twice (exit code 1 where one is); or tell one episode's story.") => Add(_episode);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop)
    {
        if (result.GetValue(_episode) is { } episode)
        {
            var story = await client.GetAsync<EpisodeStory>(string.Create(CultureInfo.InvariantCulture, $"/api/episodes/{episode}"), stop).ConfigureAwait(false);
            if (IsJson(result)) Console.WriteJson(story);
            else Console.WriteLines(StoryLines.Render(story, Console.Width));
            return ExitCode.Success;
        }

        var account = await client.GetAsync<EpisodeAccount>("/api/episodes", stop).ConfigureAwait(false);
        if (IsJson(result)) Console.WriteJson(account);
        else Console.WriteLines(AccountText.Render(account, Console.Width));
        return account.IsSound ? ExitCode.Success : ExitCode.Failure;
    }
}
