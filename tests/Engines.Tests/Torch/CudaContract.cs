using TorchSharp;
using static TorchSharp.torch;
using Gelu = TorchSharp.Modules.GELU.Approximate;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>What the product relies on of CUDA devices.</summary>
public sealed class CudaContract
{
    [CudaFact]
    public void A_tensor_is_made_on_the_device_and_read_back()
    {
        using var scope = NewDisposeScope();
        var there = tensor(new float[] { 1, 2, 3, 4 }, [2, 2], device: CUDA);
        Assert.Equal(DeviceType.CUDA, there.device_type);
        Assert.Equal("cuda:0", there.device.ToString());
        Assert.Equal([1f, 2, 3, 4], there.cpu().data<float>().ToArray());
        Assert.Equal(4f, there.narrow(0, 1, 1).narrow(1, 1, 1).item<float>());
        Assert.Equal(10.0, there.sum().ToDouble());
    }

    [CudaFact]
    public void The_accessor_reads_a_copy_of_device_memory_and_bytes_refuse_it()
    {
        using var scope = NewDisposeScope();
        var there = tensor(new float[] { 1, 2, 3, 4 }, [2, 2], device: CUDA);
        Assert.Equal([1f, 3, 2, 4], there.transpose(0, 1).data<float>().ToArray());
        Assert.Throws<InvalidOperationException>(() => there.bytes.Length);
    }

    [CudaFact]
    public void A_copy_into_a_view_on_the_device_comes_from_the_cpu()
    {
        using var scope = NewDisposeScope();
        var flat = zeros(4, float32, CUDA);
        flat.narrow(0, 1, 2).copy_(tensor(new float[] { 5, 6 }));
        Assert.Equal([0f, 5, 6, 0], flat.cpu().data<float>().ToArray());
    }

    [CudaFact]
    public void A_training_step_on_the_device_is_the_cpus_to_rounding()
    {
        using var scope = NewDisposeScope();
        var here = Step(CPU);
        var there = Step(CUDA);
        Assert.All(here.Zip(there), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [CudaFact]
    public void Synchronizing_waits_for_a_device()
    {
        using var scope = NewDisposeScope();
        Assert.True(cuda.device_count() > 0);
        var x = ones([512, 512], device: CUDA);
        var product = x.matmul(x);
        cuda.synchronize();
        Assert.Equal(512.0, product.narrow(0, 511, 1).narrow(1, 511, 1).ToDouble());
    }

    private static float[] Step(Device device)
    {
        var flat = zeros(16, float32, device);
        var weights = tensor([.. Enumerable.Range(0, 16).Select(i => MathF.Sin(i))], [4, 4], device: device).requires_grad_();
        weights.grad = flat.view(4, 4);
        var x = tensor([.. Enumerable.Range(0, 12).Select(i => MathF.Cos(i))], [1, 1, 3, 4], device: device);
        var hidden = nn.functional.gelu(x.matmul(weights), Gelu.tanh);
        var attended = nn.functional.scaled_dot_product_attention(hidden, hidden, x, is_casual: true).view(3, 4);
        nn.functional.cross_entropy(attended, tensor(new long[] { 0, 3, 1 }, device: device)).backward();
        return flat.cpu().data<float>().ToArray();
    }
}
