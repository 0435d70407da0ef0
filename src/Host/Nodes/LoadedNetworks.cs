using ActorRlhf.Model;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using TorchSharp;

namespace ActorRlhf.Host.Nodes;

/// <summary>The networks that a run starts from, each loaded once for a device. May be used from any thread; what it gives stays its own.</summary>
/// <param name="model">The policy's folder.</param>
/// <param name="reward">The reward model's folder.</param>
/// <param name="endOfText">The token that ends a response.</param>
public sealed class LoadedNetworks(string model, string reward, int endOfText) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Transformer> _policies = [];
    private readonly Dictionary<string, ScalarNetwork> _rewards = [];

    /// <summary>The policy that training starts from, and that KL is measured against.</summary>
    /// <exception cref="UserErrorException">The folder has no such model.</exception>
    public Transformer Start(torch.Device device) => Loaded(_policies, device, () => PretrainedModel.LoadTransformer(model, device));

    /// <summary>The reward model.</summary>
    /// <exception cref="UserErrorException">The folder has no such model.</exception>
    public RewardModel Reward(torch.Device device) => new(Loaded(_rewards, device, () => PretrainedModel.LoadScalar(reward, device)), endOfText);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var network in _policies.Values) network.Dispose();
            foreach (var network in _rewards.Values) network.Dispose();
            _policies.Clear();
            _rewards.Clear();
        }
    }

    private T Loaded<T>(Dictionary<string, T> loaded, torch.Device device, Func<T> load)
    {
        lock (_lock)
        {
            var name = device.ToString();
            if (!loaded.TryGetValue(name, out var network)) loaded.Add(name, network = load());
            return network;
        }
    }
}
