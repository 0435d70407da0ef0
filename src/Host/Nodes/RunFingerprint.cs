using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Nodes;

/// <summary>A word for everything that nodes must agree on: settings that decide what an episode is and what is learned from it, both models, and the prompts.</summary>
public static class RunFingerprint
{
    /// <summary>The fingerprint, 16 hexadecimal digits.</summary>
    /// <param name="settings">The run's settings, seeded.</param>
    /// <param name="prompts">The queries' tokens.</param>
    /// <exception cref="Model.UserErrorException">A model is missing.</exception>
    public static string Of(RunSettings settings, IReadOnlyList<int[]> prompts)
    {
        var cluster = settings.Cluster;
        var hash = new XxHash64();
        Add(ResolvedConfiguration.Write(settings, RunSettings.Section, ["seed", "task", "ppo"]));
        Add(FormattableString.Invariant($"{cluster.Run} {cluster.Shards} {cluster.MaxPolicyLag}"));
        Add(PretrainedModel.Digest(cluster.Model));
        Add(PretrainedModel.Digest(cluster.Reward));
        foreach (var prompt in prompts)
        {
            hash.Append(BitConverter.GetBytes(prompt.Length));
            hash.Append(MemoryMarshal.AsBytes<int>(prompt));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Add(string text) => hash.Append(Encoding.UTF8.GetBytes(text + "\n"));
    }
}
