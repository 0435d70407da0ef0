namespace ActorRlhf.Host.Nodes;

/// <summary>Tells the nodes of a run that one of them is dead, so that they need not find out by its silence. Who started its process knows at once.</summary>
public static class DeathNotice
{
    /// <summary>Where a node is told: <c>POST /members/down?member=ADDRESS</c>.</summary>
    internal const string Path = "/members/down";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2); // others may be frozen, or dead

    /// <summary>Tells all of them. A node that left in good order is nobody's loss, and nothing is said of it.</summary>
    /// <param name="http">Reaches nodes.</param>
    /// <param name="run">The run's folder.</param>
    /// <param name="name">The dead node's name.</param>
    /// <param name="process">Its process.</param>
    public static async Task SendAsync(HttpClient http, string run, string name, int process)
    {
        var nodes = NodeFile.All(run);
        if (nodes.FirstOrDefault(node => node.Name == name && node.ProcessId == process) is not { Member.Length: > 0 } dead) return;
        await Task.WhenAll(nodes.Where(node => node != dead).Select(node => Tell(http, node, dead))).ConfigureAwait(false);
    }

    private static async Task Tell(HttpClient http, NodeFile node, NodeFile dead)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var answer = await http.PostAsync(new Uri($"{node.Address}{Path}?member={Uri.EscapeDataString(dead.Member)}"), null, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // It hears of it from another, or notices.
        }
    }
}
