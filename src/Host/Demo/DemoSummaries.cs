using System.Text.Json;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Demo;

/// <summary>What four authors wrote of the test texts; the policies at temperature 0. A demo run keeps it as <c>summaries.json</c>.</summary>
/// <param name="Ids">The texts' names.</param>
/// <param name="Texts">The texts.</param>
/// <param name="Human">The human summaries.</param>
/// <param name="Lead">The texts' first words.</param>
/// <param name="Sft">The fine-tuned policy's.</param>
/// <param name="Ppo">The trained policy's.</param>
public sealed record DemoSummaries(
    IReadOnlyList<string> Ids, IReadOnlyList<string> Texts, JudgedSummaries Human, JudgedSummaries Lead, JudgedSummaries Sft, JudgedSummaries Ppo)
{
    /// <summary>Indices of a few texts, evenly spread, so that nobody picked them.</summary>
    public IEnumerable<int> Spread(int count)
    {
        count = Math.Min(count, Texts.Count);
        return Enumerable.Range(0, count).Select(i => (int)((long)i * Texts.Count / count));
    }

    internal void Save(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, DemoResult.Json) + "\n");

    internal static DemoSummaries Load(string path) => DemoFile.Read<DemoSummaries>(path);
}
