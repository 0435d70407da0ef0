using ActorRlhf.Model;
using TorchSharp;

namespace ActorRlhf.Host.Nodes;

/// <summary>Devices by name.</summary>
public static class Devices
{
    /// <summary>The device of a name; <c>auto</c> is CUDA where there is some.</summary>
    /// <exception cref="UserErrorException">There is no such device.</exception>
    public static torch.Device Find(string name)
    {
        if (name == "auto") return new torch.Device(torch.cuda.is_available() ? "cuda" : "cpu");
        torch.Device device;
        try
        {
            device = new torch.Device(name);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new UserErrorException($"{name} is no device; expected auto, cpu, cuda or cuda:N");
        }

        var count = device.type == DeviceType.CUDA ? torch.cuda.device_count() : 1;
        if (Math.Max(0, device.index) < count) return device;
        throw new UserErrorException(count == 0
            ? $"{name}: libtorch finds no CUDA device; look with rlhf doctor, or say cpu"
            : $"{name}: there are {count} CUDA devices, the last is cuda:{count - 1}");
    }
}
