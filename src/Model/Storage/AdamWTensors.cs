using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;
using TorchSharp;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// AdamW's state as named tensors, with PyTorch's words: <c>step</c>, and for each parameter <c>exp_avg/NAME</c> and <c>exp_avg_sq/NAME</c>
/// in the parameter's shape, so that a state does not depend on how the optimizer's memory is laid out.
/// </summary>
public sealed class AdamWTensors(AdamW optimizer) : INamedTensors
{
    private const string Step = "step";
    private const string First = "exp_avg/";
    private const string Second = "exp_avg_sq/";
    private const long LargestExactStep = 1 << 24; // float32 counts no further

    private readonly Dictionary<string, TensorShape> _shapes = optimizer.Parameters.Shapes.ToDictionary(shape => shape.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } =
        [Step, .. optimizer.Parameters.Shapes.SelectMany(shape => new[] { First + shape.Name, Second + shape.Name })];

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape(string name) => name == Step ? [] : Find(name).Shape.Extents;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The optimizer has taken more steps than float32 can count.</exception>
    public ReadOnlySpan<float> Read(string name)
    {
        if (name == Step)
        {
            return optimizer.Steps <= LargestExactStep
                ? new float[] { optimizer.Steps }
                : throw new InvalidOperationException(
                    $"{optimizer.Steps} optimizer steps are more than the {LargestExactStep} a checkpoint can count");
        }
        var (moment, shape) = Find(name);
        return FlatMemory.Read(moment, optimizer.Parameters.Offset(shape.Name), shape.Count);
    }

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<float> values)
    {
        if (name == Step)
        {
            optimizer.Steps = (long)values[0];
            return;
        }
        var (moment, shape) = Find(name);
        if (values.Length != shape.Count) throw new ArgumentException($"{name}: {shape} takes {shape.Count} values, not {values.Length}");
        FlatMemory.Write(moment, optimizer.Parameters.Offset(shape.Name), values);
    }

    private (torch.Tensor Moment, TensorShape Shape) Find(string name) => name.StartsWith(First, StringComparison.Ordinal)
        ? (optimizer.FirstMoment, _shapes[name[First.Length..]])
        : (optimizer.SecondMoment, _shapes[name[Second.Length..]]);
}
