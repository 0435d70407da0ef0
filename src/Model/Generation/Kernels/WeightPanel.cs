namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>The columns <c>[begin, end)</c> of a weight matrix that one thread multiplies by.</summary>
/// <param name="weights">The whole matrix: <c>[depth, stride]</c>, or <c>[columns, stride]</c> where <paramref name="transposed"/>.</param>
/// <param name="stride">Floats from one stored row to the next.</param>
/// <param name="depth">Length of the sum behind each output.</param>
/// <param name="begin">First output column.</param>
/// <param name="end">One past the last output column.</param>
/// <param name="transposed">Whether an output's weights stand side by side in memory (an embedding used as the language-model
/// head).</param>
internal readonly unsafe struct WeightPanel(float* weights, nint stride, int depth, int begin, int end, bool transposed = false)
{
    public float* Weights => weights;

    public nint Stride => stride;

    public int Depth => depth;

    public int Begin => begin;

    public int End => end;

    public bool Transposed => transposed;
}
