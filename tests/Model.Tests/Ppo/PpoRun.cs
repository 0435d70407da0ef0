using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>A learner with everything it borrows, disposed together.</summary>
internal sealed class PpoRun : IDisposable
{
    private readonly ScalarNetwork? _valueNetwork;
    private readonly AdamW _policyOptimizer, _valueOptimizer;

    /// <summary>Takes over the policy and the value network; without a network the value function is a head on the policy.</summary>
    internal PpoRun(PpoSettings settings, Transformer policy, ScalarNetwork? valueNetwork, PpoState? state = null)
    {
        Policy = policy;
        _valueNetwork = valueNetwork;
        Value = valueNetwork is null ? new ValueHead(policy.Config.Width) : new ValueNetwork(valueNetwork);
        _policyOptimizer = new AdamW(policy.Parameters, settings.Optimizer);
        _valueOptimizer = new AdamW(Value.Parameters, settings.Optimizer);
        Learner = new PpoLearner(settings, policy, _policyOptimizer, Value, _valueOptimizer, state);
    }

    internal Transformer Policy { get; }

    internal IValueFunction Value { get; }

    internal PpoLearner Learner { get; }

    internal float[] Weights() => [.. Flat(Policy.Parameters), .. Flat(Value.Parameters)];

    public void Dispose()
    {
        Learner.Dispose();
        _policyOptimizer.Dispose();
        _valueOptimizer.Dispose();
        (Value as ValueHead)?.Dispose();
        _valueNetwork?.Dispose();
        Policy.Dispose();
    }

    /// <summary>Continues this run in new objects, as from a checkpoint.</summary>
    internal PpoRun Resumed(PpoSettings settings)
    {
        var copy = new PpoRun(settings, Policy.Clone(), _valueNetwork?.Clone(), Learner.State);
        copy.Value.Parameters.CopyFrom(Value.Parameters);
        Copy(_policyOptimizer, copy._policyOptimizer);
        Copy(_valueOptimizer, copy._valueOptimizer);
        return copy;

        static void Copy(AdamW from, AdamW to)
        {
            to.Steps = from.Steps;
            to.FirstMoment.copy_(from.FirstMoment);
            to.SecondMoment.copy_(from.SecondMoment);
        }
    }

    private static IEnumerable<float> Flat(ParameterBlock parameters) => parameters.Shapes.SelectMany(shape => parameters.Get(shape.Name));
}
