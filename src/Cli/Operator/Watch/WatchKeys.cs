using System.Text;

namespace ActorRlhf.Cli.Operator.Watch;

/// <summary>What keys do.</summary>
public static class WatchKeys
{
    private const int LongestText = 500;

    /// <summary>Takes a key in.</summary>
    /// <param name="state">What is shown.</param>
    /// <param name="key">The key.</param>
    /// <returns>What is shown then, and what is to be done, if anything.</returns>
    public static (WatchState State, WatchAction? Action) Press(WatchState state, ConsoleKeyInfo key) =>
        state.Prompt is { } prompt ? Answer(state, prompt, key) : Command(state, key);

    /// <summary>The names that an answer may mean: nodes with work to stop that begin with it.</summary>
    internal static IEnumerable<string> Drainable(WatchState state, string beginning) => state.Nodes
        .Where(node => node.GoneSince is null && node.Roles.Any(role => role is "rollout" or "scorer") && node.Name.StartsWith(beginning, StringComparison.Ordinal))
        .Select(node => node.Name);

    private static (WatchState, WatchAction?) Command(WatchState state, ConsoleKeyInfo key)
    {
        switch (char.ToLowerInvariant(key.KeyChar))
        {
            case 'q':
                return (state, new WatchAction.Quit());
            case 'p' when state.IsPaused:
                return (state with { Said = "training is paused already; r resumes it" }, null);
            case 'p':
                return (Ask(state, WatchPromptKind.Pause, "pause: why?"), null);
            case 'r' when !state.IsPaused:
                return (state with { Said = "training is not paused" }, null);
            case 'r':
                var stopping = Stopping(state);
                return (Ask(state, WatchPromptKind.Resume, stopping.Count > 0 ? $"resume and accept the alarm {string.Join(", ", stopping)}: why?" : "resume: why?"), null);
            case 'd':
                return (Ask(state, WatchPromptKind.Drain, "drain which node?"), null);
            default:
                return (state, null);
        }
    }

    private static (WatchState, WatchAction?) Answer(WatchState state, WatchPrompt prompt, ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Escape:
                return (state with { Prompt = null, Said = "" }, null);
            case ConsoleKey.Enter:
                return Send(state, prompt);
            case ConsoleKey.Tab when prompt.Kind == WatchPromptKind.Drain:
                return (state with { Prompt = prompt with { Text = Completed(state, prompt.Text) } }, null);
            case ConsoleKey.Backspace:
                return (state with { Prompt = prompt with { Text = WithoutLast(prompt.Text) } }, null);
            case ConsoleKey.U when key.Modifiers == ConsoleModifiers.Control:
                return (state with { Prompt = prompt with { Text = "" } }, null);
            default:
                return char.IsControl(key.KeyChar) || prompt.Text.Length >= LongestText
                    ? (state, null)
                    : (state with { Prompt = prompt with { Text = prompt.Text + key.KeyChar } }, null);
        }
    }

    private static (WatchState, WatchAction?) Send(WatchState state, WatchPrompt prompt)
    {
        var text = prompt.Text.Trim();
        var (path, query) = prompt.Kind switch
        {
            WatchPromptKind.Pause => ("/api/pause", [new("reason", text)]),
            WatchPromptKind.Resume => ("/api/resume",
                [new("reason", text.Length > 0 ? text : null), .. Stopping(state).Select(metric => new KeyValuePair<string, string?>("accept", metric))]),
            _ => ("/api/drain", (KeyValuePair<string, string?>[])[new("node", text)]),
        };
        if (text.Length == 0 && prompt.Kind != WatchPromptKind.Resume)
        {
            var remedy = prompt.Kind == WatchPromptKind.Pause ? "say why; Esc leaves it" : $"say which: {string.Join(", ", Drainable(state, ""))}; Esc leaves it";
            return (state with { Said = remedy }, null);
        }

        return (state with { Prompt = null, Said = "..." }, new WatchAction.Post(path, query));
    }

    private static WatchState Ask(WatchState state, WatchPromptKind kind, string question) => state with { Prompt = new WatchPrompt(kind, question), Said = "" };

    private static List<string> Stopping(WatchState state) => [.. state.Alarms.Where(alarm => alarm.Stops).Select(alarm => alarm.Metric)];

    // As far as all that it may mean are the same.
    private static string Completed(WatchState state, string text)
    {
        var names = Drainable(state, text).ToList();
        if (names.Count == 0) return text;
        var common = names[0].Length;
        foreach (var name in names) common = Math.Min(common, name.Zip(names[0]).TakeWhile(pair => pair.First == pair.Second).Count());
        return names[0][..common];
    }

    private static string WithoutLast(string text)
    {
        if (text.Length == 0) return text;
        Rune.DecodeLastFromUtf16(text, out _, out var length);
        return text[..^length];
    }
}
