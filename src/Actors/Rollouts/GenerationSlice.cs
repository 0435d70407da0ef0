using System.Diagnostics;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>What came of generating for a short time.</summary>
/// <param name="Finished">Responses that have ended.</param>
/// <param name="Elapsed">The time it took.</param>
/// <param name="Steps">How often tokens were drawn.</param>
/// <param name="Tokens">Tokens drawn.</param>
/// <param name="Occupancy">The mean share of slots that had a sequence; 0 where none had.</param>
internal sealed record GenerationSlice(IReadOnlyList<Completion> Finished, TimeSpan Elapsed, int Steps, long Tokens, double Occupancy)
{
    /// <summary>Generates until the time is over or there is nothing to do.</summary>
    /// <param name="generation">What generates.</param>
    /// <param name="backlog">What to begin, in turn, as slots become free; what does not get one stays.</param>
    /// <param name="isSwapping">Whether to swap in fetched weights first.</param>
    /// <param name="time">The time.</param>
    public static GenerationSlice Run(IGeneration generation, Queue<Query> backlog, bool isSwapping, TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        var finished = new List<Completion>();
        var (steps, taken) = (0, 0L);
        if (isSwapping) generation.Swap();
        do
        {
            while (generation.Active < generation.Slots && backlog.TryDequeue(out var query)) generation.Add(query);
            steps++;
            taken += generation.Active;
            generation.Step(finished);
        }
        while (generation.Active + backlog.Count > 0 && Stopwatch.GetElapsedTime(started) < time);
        return new GenerationSlice(finished, Stopwatch.GetElapsedTime(started), steps, taken, (double)taken / ((long)steps * generation.Slots));
    }
}
