using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Training;

/// <summary>
/// AdamW (Kingma and Ba 2015; Loshchilov and Hutter 2019) over a parameter block's flat memory: a step is a dozen passes over one tensor,
/// however many parameters there are. It owns its moments.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly ParameterBlock _parameters;
    private readonly OptimizerSettings _settings;

    /// <summary>Makes the parameters trainable and starts from zero moments.</summary>
    public AdamW(ParameterBlock parameters, OptimizerSettings settings)
    {
        _parameters = parameters;
        _settings = settings;
        parameters.RequireGradient();
        FirstMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
        SecondMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>The parameters it moves.</summary>
    public ParameterBlock Parameters => _parameters;

    /// <summary>The gradient's running mean, in the parameters' flat layout.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>The squared gradient's running mean, in the parameters' flat layout.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Steps taken. Set it, with the moments, when resuming.</summary>
    public long Steps { get; set; }

    /// <summary>Clears the gradient for the next backward pass.</summary>
    public void ZeroGradient()
    {
        using var grad = no_grad();
        _parameters.Gradient!.fill_(0);
    }

    /// <summary>Scales the gradient down to the given norm where it is longer.</summary>
    /// <returns>The norm before, which is not finite where a gradient is not.</returns>
    public double ClipGradientNorm(double max)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var norm = _parameters.Gradient!.norm().ToDouble();
        if (norm > max)
            _parameters.Gradient.mul_(max / norm);
        return norm;
    }

    /// <summary>Moves the parameters by one step: θ ← θ − η(m̂ / (√v̂ + ε) + λθ), the decay λ on matrices only.</summary>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        Steps++;
        var (values, gradient) = (_parameters.Values, _parameters.Gradient!);
        if (_settings.WeightDecay > 0)
            values.narrow(0, 0, _parameters.MatrixElements).mul_(1 - learningRate * _settings.WeightDecay);
        FirstMoment.mul_(_settings.Beta1).add_(gradient, 1 - _settings.Beta1);
        SecondMoment.mul_(_settings.Beta2).addcmul_(gradient, gradient, 1 - _settings.Beta2);
        var denominator = SecondMoment.sqrt().div_(Math.Sqrt(1 - Math.Pow(_settings.Beta2, Steps))).add_(_settings.Epsilon);
        values.addcdiv_(FirstMoment, denominator, -learningRate / (1 - Math.Pow(_settings.Beta1, Steps)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
