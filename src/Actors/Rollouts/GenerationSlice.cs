using System.Diagnostics;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>What came of generating for a short time.</summary>
/// <param name="Finished">Responses that have ended.</param>
/// <param name="Elapsed">The time it took.</param>
/// <param name="Steps">How often tokens were drawn.</param>
/// <param name="Tokens">Tokens drawn.</param>
/// <param name="Occupancy">The mean share of slots that had a sequence; 0 where none had.</param>
/// <param name="StepsEach">Steps that the finished ones took, on average; 0 where none has finished.</param>
internal sealed record GenerationSlice(IReadOnlyList<Completion> Finished, TimeSpan Elapsed, long Steps, long Tokens, double Occupancy, double StepsEach)
{
    /// <summary>Generates until the time is over or there is nothing to do.</summary>
    /// <param name="generation">What generates.</param>
    /// <param name="backlog">What to begin, in turn, as slots become free; what does not get one stays.</param>
    /// <param name="isSwapping">Whether to swap in fetched weights first.</param>
    /// <param name="time">The time.</param>
    /// <param name="begun">By episode, how many steps had been taken in all when it was begun; kept from slice to slice.</param>
    /// <param name="steps">Steps taken in all, likewise.</param>
    public static GenerationSlice Run(IGeneration generation, Queue<Query> backlog, bool isSwapping, TimeSpan time, Dictionary<long, long> begun, ref long steps)
    {
        var started = Stopwatch.GetTimestamp();
        var finished = new List<Completion>();
        var (first, taken, counted, each) = (steps, 0L, 0, 0.0);
        if (isSwapping) generation.Swap();
        do
        {
            while (generation.Active < generation.Slots && backlog.TryDequeue(out var query))
            {
                generation.Add(query);
                begun[query.EpisodeId] = steps;
            }

            steps++;
            taken += generation.Active;
            generation.Step(finished);
            for (; counted < finished.Count; counted++)
            {
                if (begun.Remove(finished[counted].EpisodeId, out var before)) each += steps - before;
            }
        }
        while (generation.Active + backlog.Count > 0 && Stopwatch.GetElapsedTime(started) < time);
        var taking = steps - first;
        return new GenerationSlice(
            finished, Stopwatch.GetElapsedTime(started), taking, taken, (double)taken / (taking * generation.Slots), finished.Count > 0 ? each / finished.Count : 0);
    }
}
