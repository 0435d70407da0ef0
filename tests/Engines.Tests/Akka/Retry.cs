using System.Diagnostics;

namespace ActorRlhf.Engines.Tests.Akka;

/// <summary>Asks again what may be lost while a process comes or goes.</summary>
public static class Retry
{
    /// <summary>Ends with the first attempt that throws nothing.</summary>
    public static Task UntilAsync(Func<Task> attempt, TimeSpan? within = null) => UntilAsync(
        async () =>
        {
            await attempt();
            return true;
        }, within);

    /// <summary>The first result that is not an exception.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> attempt, TimeSpan? within = null)
    {
        var time = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception) when (time.Elapsed < (within ?? TimeSpan.FromSeconds(30)))
            {
                await Task.Delay(50);
            }
        }
    }
}
