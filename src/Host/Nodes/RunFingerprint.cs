using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// A word for everything that nodes must agree on: settings that decide what an episode is and what is learned from it, both models, and the prompts. It has a part for each, such as
/// <c>settings-1f…</c>, with dots between, so that two nodes can say in what they differ.
/// </summary>
public static class RunFingerprint
{
    private static readonly (string Part, string Name)[] Names =
    [
        ("settings", "the settings (rlhf.seed, rlhf.task, rlhf.ppo, or the cluster's run, shards or max-policy-lag)"),
        ("policy", "the policy (rlhf.cluster.model)"),
        ("reward", "the reward model (rlhf.cluster.reward)"),
        ("texts", "the texts (rlhf.data)"),
    ];

    /// <summary>The fingerprint of a run.</summary>
    /// <param name="settings">The run's settings, seeded.</param>
    /// <param name="prompts">The queries' tokens.</param>
    /// <exception cref="Model.UserErrorException">A model is missing.</exception>
    public static string Of(RunSettings settings, IReadOnlyList<int[]> prompts)
    {
        var cluster = settings.Cluster;
        var texts = new XxHash64();
        foreach (var prompt in prompts)
        {
            texts.Append(BitConverter.GetBytes(prompt.Length));
            texts.Append(MemoryMarshal.AsBytes<int>(prompt));
        }

        ulong[] hashes =
        [
            Hash(ResolvedConfiguration.Write(settings, RunSettings.Section, ["seed", "task", "ppo"])
                + FormattableString.Invariant($"{cluster.Run} {cluster.Shards} {cluster.MaxPolicyLag}")),
            Hash(PretrainedModel.Digest(cluster.Model)),
            Hash(PretrainedModel.Digest(cluster.Reward)),
            texts.GetCurrentHashAsUInt64(),
        ];
        return string.Join('.', Names.Zip(hashes, (name, hash) => FormattableString.Invariant($"{name.Part}-{hash:x16}")));
    }

    /// <summary>A number for a fingerprint.</summary>
    public static ulong Hash(string fingerprint) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(fingerprint));

    /// <summary>In what two fingerprints differ, in words.</summary>
    public static string Difference(string one, string other)
    {
        var there = other.Split('.').ToHashSet();
        var parts = one.Split('.').Where(part => !there.Contains(part)).Select(part => part.Split('-')[0]).ToHashSet();
        string[] names = [.. Names.Where(name => parts.Contains(name.Part)).Select(name => name.Name)];
        return names.Length == 0 ? "what it works on differs" : $"{string.Join(" and ", names)} {(names is ["the policy (rlhf.cluster.model)"] ? "differs" : "differ")}";
    }
}
