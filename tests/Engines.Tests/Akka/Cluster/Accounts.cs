using System.Globalization;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>The accounts 0, 1, 2 … of the nodes that were told "accounts".</summary>
internal static class Accounts
{
    /// <summary>How many there are.</summary>
    public const int Count = 32;

    /// <summary>
    /// A command to every account, again until it is acknowledged: what is under way while a shard moves may be lost. Every account counts up by one, so an
    /// event that was lost or written twice would show.
    /// </summary>
    public static async Task AskAllAsync(NodeProcess client, int number, params NodeProcess[] owners)
    {
        var missing = Enumerable.Range(0, Count).ToHashSet();
        for (var attempt = 0; missing.Count > 0; attempt++)
        {
            Assert.True(attempt < 30, $"no account of {string.Join(',', missing)} acknowledged {number}");
            foreach (var id in missing) client.Command($"ask {id} {number}");
            foreach (var line in await SettledAsync(owners))
            {
                if (line.Split(' ') is ["ack", var id, var counted] && counted == number.ToString(CultureInfo.InvariantCulture)) missing.Remove(int.Parse(id, CultureInfo.InvariantCulture));
            }
        }
    }

    // What the nodes have written up to now, and in the second after.
    private static async Task<List<string>> SettledAsync(NodeProcess[] nodes)
    {
        var lines = new List<string>();
        foreach (var node in nodes)
        {
            node.Unclaimed.Clear();
            await Assert.ThrowsAsync<TimeoutException>(() => node.ExpectAsync("nothing that a node ever writes", TimeSpan.FromSeconds(1)));
            lines.AddRange(node.Unclaimed);
        }

        return lines;
    }

    /// <summary>The accounts that run at a node.</summary>
    public static async Task<List<string>> RunningAsync(NodeProcess node)
    {
        node.Command("shards");
        return [.. (await node.ExpectAsync("shards")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(2)];
    }

    /// <summary>Waits for regions: one that has just been started counts when all know of it.</summary>
    public static async Task UntilRegionsAsync(int count, params NodeProcess[] nodes)
    {
        foreach (var node in nodes)
        {
            await Retry.UntilAsync(async () =>
            {
                node.Command("regions");
                Assert.Equal($"regions {count}", await node.ExpectAsync("regions"));
            });
        }
    }

    /// <summary>Waits until as many run at a node.</summary>
    public static Task UntilRunningAsync(NodeProcess node, int count) =>
        Retry.UntilAsync(async () => Assert.Equal(count, (await RunningAsync(node)).Count));
}
