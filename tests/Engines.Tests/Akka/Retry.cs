using System.Diagnostics;

namespace ActorRlhf.Engines.Tests.Akka;

/// <summary>Asks again what may be lost while a process comes or goes.</summary>
public static class Retry
{
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
