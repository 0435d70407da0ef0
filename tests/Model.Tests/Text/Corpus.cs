namespace ActorRlhf.Model.Tests.Text;

/// <summary>A little English, enough for a few hundred merges.</summary>
internal static class Corpus
{
    public static readonly string[] English =
    [
        "My sister and I have shared the old house by the river since our parents moved to the coast.\n\nShe wants to sell it; I don't.",
        "The library reads a file, checks its header and hands the rest to whoever asked for it. It doesn't keep anything in memory.",
        "It's three in the morning and the dog next door won't stop barking. What would you do? We've tried talking to them twice.",
        "This package holds the headers and the static library that are needed to build programs against the shared library.",
        "I was late for the interview because the train stood in a field for an hour, and they'd already offered the job to somebody else.",
        "There is a small tool that shows which process keeps a port open, how long it has been there and who started it.",
        "We'll meet her parents on Saturday. They're kind people, but they ask about the wedding every single time we see them.",
        "A reader of the newspaper wrote that the bridge had been closed for 14 months, 3 weeks and 2 days; the town hall said 12.",
        "The server listens on port 8080 unless it is told otherwise, writes its log to the standard error and stops on a signal.",
        "Nobody told me that the other team had changed the interface, so the whole thing broke the day before the release.",
    ];
}
